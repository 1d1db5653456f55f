// A field to sign in. Without it the typed name is the signature.
(() => {
  "use strict";

  const form = document.querySelector("form[data-sign]");
  const pad = form && form.querySelector("#sign-pad");
  const ink = pad && pad.getContext("2d");
  if (!ink) return;
  const kept = form.elements.drawn;
  const ways = [...form.querySelectorAll('input[name="way"]')];
  let last = null;

  const show = () => {
    const way = ways.find((one) => one.checked).value;
    for (const part of form.querySelectorAll("[data-way]")) part.hidden = part.dataset.way !== way;
  };
  const place = (event) => {
    const box = pad.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) * pad.width) / box.width,
      y: ((event.clientY - box.top) * pad.height) / box.height,
    };
  };
  // Ink is black on white in every colour scheme, so that it is kept as it was seen.
  const blank = () => {
    ink.fillStyle = "#fff";
    ink.fillRect(0, 0, pad.width, pad.height);
    ink.strokeStyle = ink.fillStyle = "#000";
    ink.lineWidth = 6;
    ink.lineCap = ink.lineJoin = "round";
  };
  const keep = () => {
    kept.value = pad.toDataURL("image/png");
  };

  pad.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary) return;
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    last = place(event);
  });
  pad.addEventListener("pointermove", (event) => {
    if (!last || !event.isPrimary) return;
    const next = place(event);
    ink.beginPath();
    ink.moveTo(last.x, last.y);
    ink.lineTo(next.x, next.y);
    ink.stroke();
    last = next;
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    pad.addEventListener(kind, () => {
      if (last) keep();
      last = null;
    });
  }
  form.querySelector("[data-clear]").addEventListener("click", () => {
    blank();
    kept.value = "";
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "way") show();
  });
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  // Coming back to this page, it may be sent again; the server refuses a second signature.
  window.addEventListener("pageshow", () => {
    sent = false;
  });

  blank();
  // After a mistake elsewhere on the form the drawing is there again.
  if (kept.value.startsWith("data:image/png;base64,")) {
    const before = new Image();
    before.addEventListener("load", () => ink.drawImage(before, 0, 0));
    before.src = kept.value;
  }
  form.querySelector("[data-ways]").hidden = false;
  if (!ways.some((one) => one.checked)) ways[0].checked = true;
  show();
})();
