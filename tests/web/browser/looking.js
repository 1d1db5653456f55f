// What `looking.py` asks of a page that is shown. Each answer is a list of lines, empty if all is well.
(() => {
  const EDGE_PX = 1.5;

  // Zero or one pixel on a side: there for screen readers alone, or not even for them.
  const isHiddenAway = (rect) => rect.width <= 1 || rect.height <= 1;
  const isSeen = (element) =>
    !element.closest(".visually-hidden:not(:focus)") &&
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    !isHiddenAway(element.getBoundingClientRect());

  const named = (element) => {
    const words = (element.getAttribute("aria-label") || element.textContent || "").trim();
    const classes = [...element.classList].map((name) => `.${name}`).join("");
    const id = element.id ? `#${element.id}` : "";
    return `${element.localName}${id}${classes} “${words.replace(/\s+/g, " ").slice(0, 50)}”`;
  };

  const ancestors = function* (element) {
    for (let one = element; one && one !== document.documentElement; one = one.parentElement) yield one;
  };

  // Where a box cuts text off: its edges, on the axes on which it neither shows nor scrolls the rest.
  const cutBy = (element, rect) => {
    let free = { x: false, y: false };
    for (const box of ancestors(element)) {
      const style = getComputedStyle(box);
      const held = box.getBoundingClientRect();
      if (isHiddenAway(held)) return "";
      for (const [axis, overflow, low, high] of [
        ["x", style.overflowX, "left", "right"],
        ["y", style.overflowY, "top", "bottom"],
      ]) {
        if (free[axis]) continue;
        if (overflow === "auto" || overflow === "scroll") free[axis] = true;
        else if (overflow === "hidden" || overflow === "clip") {
          if (rect[low] < held[low] - EDGE_PX || rect[high] > held[high] + EDGE_PX) return named(box);
        }
      }
      if (style.position === "fixed") return "";
    }
    const wide = document.documentElement.clientWidth;
    if (!free.x && (rect.left < -EDGE_PX || rect.right > wide + EDGE_PX)) return "the edge of the page";
    return "";
  };

  const clipped = () => {
    const found = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!node.data.trim() || element.closest("script, style, option, title, .skip-link")) continue;
      if (!isSeen(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        const by = rect.width && cutBy(element, rect);
        if (by) found.add(`${named(element)} is cut off by ${by}`);
      }
    }
    for (const button of document.querySelectorAll("button, .button, summary")) {
      if (isSeen(button) && button.scrollWidth > button.clientWidth + EDGE_PX) {
        found.add(`${named(button)} is wider than its box`);
      }
    }
    return [...found];
  };

  // What is pressed for an input is its label too, where the label lies around it.
  const targetOf = (element) => element.closest("label") || element;

  // Links in a line of text are as high as the line, and may be.
  const isInText = (element) => {
    if (element.localName !== "a" || getComputedStyle(element).display !== "inline") return false;
    const around = element.parentElement.textContent.trim();
    return around.length > element.textContent.trim().length;
  };

  const TARGETS = "a[href], button, summary, select, textarea, input, [role=checkbox], [role=button]";

  const small = ([least, leastButton]) => {
    const found = new Set();
    for (const element of document.querySelectorAll(TARGETS)) {
      // The list of areas below a map does the same.
      if (element.closest(".skip-link, [aria-hidden=true], [data-map]") || element.type === "hidden") continue;
      const target = targetOf(element);
      if (!isSeen(target) || isInText(element)) continue;
      const isButton = element.matches("button, .button, input[type=submit]");
      const need = isButton ? leastButton : least;
      const { width, height } = target.getBoundingClientRect();
      if (width < need - 0.5 || height < need - 0.5) {
        found.add(`${named(element)} is ${Math.round(width)} × ${Math.round(height)} px, not ${need}`);
      }
    }
    return [...found];
  };

  const look = (element) => {
    const style = getComputedStyle(element);
    return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow,
      style.borderColor, style.backgroundColor, style.textDecorationLine].join("|");
  };

  // Reduced motion still means a transition, which is over after a frame.
  const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

  // The element in focus is in sight, and looks other than without the focus.
  const focus = async () => {
    await frames();
    const element = document.activeElement;
    if (!element || element === document.body) return ["the first tab stop is nowhere"];
    const found = [];
    const rect = element.getBoundingClientRect();
    if (rect.bottom <= 0 || rect.right <= 0 || rect.top >= innerHeight || rect.left >= innerWidth) {
      found.push(`${named(element)} has the focus out of sight`);
    }
    const before = look(element);
    element.blur();
    await frames();
    if (look(element) === before) found.push(`${named(element)} does not show its focus`);
    return found;
  };

  const open = () => {
    for (const one of document.querySelectorAll("details")) one.open = true;
    return [];
  };

  return { clipped, small, focus, open };
})()
