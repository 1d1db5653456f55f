// Says in words which areas are ticked, and opens the note that a number leads to.
(() => {
  "use strict";

  // Both sides of an area are said together, as the server says them.
  const said = (picker) => {
    const names = [...picker.querySelectorAll('input[type="checkbox"]:checked')].map(
      (box) => box.getAttribute("aria-label") || box.parentElement.textContent.trim(),
    );
    return names.join(" · ");
  };

  document.addEventListener("change", (event) => {
    const picker = event.target instanceof Element && event.target.closest(".zones");
    const place = picker && picker.querySelector(".zones__chosen");
    if (place) place.textContent = said(picker) || place.dataset.none;
  });
})();
