// Lets the areas of a map tick the boxes of its form. Without this the boxes do all the work.
(() => {
  "use strict";

  const areasOf = (map) => [...map.querySelectorAll("[data-live]")];
  const mainAreasOf = (map) => areasOf(map).filter((area) => !area.hasAttribute("data-twin"));

  const boxOf = (area) => {
    const map = area.closest("[data-map]");
    const within = map.closest("form") || document;
    return [...within.querySelectorAll('input[type="checkbox"]')].find(
      (box) => box.name === map.dataset.map && box.value === area.dataset.zone,
    );
  };

  // Shows on the map what the boxes hold.
  const reflect = (map) => {
    for (const area of areasOf(map)) {
      const box = boxOf(area);
      if (!box) continue;
      area.classList.toggle("zone--selected", box.checked);
      if (area.hasAttribute("data-twin")) continue;
      area.setAttribute("aria-checked", String(box.checked));
      if (box.disabled) area.setAttribute("aria-disabled", "true");
      else area.removeAttribute("aria-disabled");
    }
  };
  const reflectAll = () => document.querySelectorAll("[data-map]").forEach(reflect);

  // One area takes part in the tab order; arrows move between them.
  const rove = (map, area) => {
    for (const other of mainAreasOf(map)) other.setAttribute("tabindex", other === area ? "0" : "-1");
  };

  const start = (map) => {
    if (map.dataset.started) return;
    for (const area of areasOf(map)) {
      if (!boxOf(area)) area.removeAttribute("data-live");
      else if (area.hasAttribute("data-twin")) area.setAttribute("aria-hidden", "true");
      else {
        area.setAttribute("role", "checkbox");
        area.setAttribute("aria-label", area.dataset.said);
      }
    }
    const mains = mainAreasOf(map);
    if (!mains.length) return;
    map.dataset.started = "1";
    map.removeAttribute("aria-hidden");
    map.setAttribute("role", "group");
    map.setAttribute("aria-label", map.dataset.title);
    for (const part of map.children) {
      if (!part.matches("[data-live]")) part.setAttribute("aria-hidden", "true");
    }
    reflect(map);
    rove(map, mains.find((area) => area.classList.contains("zone--selected")) || mains[0]);
  };
  const startAll = () => document.querySelectorAll("[data-map]").forEach(start);

  const centre = (area) => {
    const { left, top, width, height } = area.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  };

  // The nearest area that way, first among those more ahead than aside.
  const neighbour = (map, area, along, across, sign) => {
    const here = centre(area);
    const ahead = mainAreasOf(map)
      .map((other) => {
        const there = centre(other);
        const far = (there[along] - here[along]) * sign;
        const aside = Math.abs(there[across] - here[across]);
        return { other, far, rank: [aside > far ? 1 : 0, far + 2 * aside] };
      })
      .filter(({ far }) => far > 1);
    ahead.sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1]);
    return ahead[0]?.other;
  };

  const moves = { ArrowRight: [0, 1, 1], ArrowLeft: [0, 1, -1], ArrowDown: [1, 0, 1], ArrowUp: [1, 0, -1] };

  const liveArea = (target) => target instanceof Element && target.closest("[data-started] [data-live]");

  const toggle = (area) => {
    const box = boxOf(area);
    if (box && !box.disabled) box.click();
  };

  document.addEventListener("click", (event) => {
    const area = liveArea(event.target);
    if (!area) return;
    toggle(area);
    const main = mainAreasOf(area.closest("[data-map]")).find((one) => one.dataset.zone === area.dataset.zone);
    if (main) rove(area.closest("[data-map]"), main);
  });

  document.addEventListener("keydown", (event) => {
    const area = liveArea(event.target);
    if (!area || event.altKey || event.ctrlKey || event.metaKey) return;
    const map = area.closest("[data-map]");
    const mains = mainAreasOf(map);
    let next = null;
    if (event.key === " " || event.key === "Enter") toggle(area);
    else if (event.key === "Home") next = mains[0];
    else if (event.key === "End") next = mains[mains.length - 1];
    else if (event.key in moves) next = neighbour(map, area, ...moves[event.key]) || area;
    else return;
    event.preventDefault();
    if (!next) return;
    rove(map, next);
    next.focus();
  });

  // Names what is under the pointer or in focus, and draws the focus over its neighbours.
  const name = (area) => {
    const place = area.closest("figure")?.querySelector("[data-map-name]");
    if (place) place.textContent = area.dataset.said;
  };
  document.addEventListener("pointerover", (event) => {
    const area = liveArea(event.target);
    if (area) name(area);
  });
  const outline = (event, shown) => {
    const area = event.target instanceof Element && event.target.closest(".map [data-zone]");
    if (!area) return;
    const path = shown && area.matches(":focus-visible") ? area.querySelector(".zone__area") : null;
    for (const line of area.closest("svg").querySelectorAll(".map__focus")) {
      line.setAttribute("d", path ? path.getAttribute("d") : "");
    }
    if (shown && area.dataset.said) name(area);
  };
  document.addEventListener("focusin", (event) => outline(event, true));
  document.addEventListener("focusout", (event) => outline(event, false));

  document.addEventListener("change", reflectAll);
  document.addEventListener("reset", () => setTimeout(reflectAll));
  window.addEventListener("pageshow", reflectAll);
  document.addEventListener("htmx:load", () => { startAll(); reflectAll(); });
  startAll();
})();
