// Says a slider's value while it moves; the picture itself comes from the server.
(() => {
  "use strict";

  const told = (slider) => {
    const number = new Intl.NumberFormat(document.documentElement.lang).format(slider.value);
    return slider.dataset.says.replace("{n}", number);
  };

  const say = (slider) => {
    const words = told(slider);
    slider.setAttribute("aria-valuetext", words);
    for (const place of slider.labels ? slider.parentElement.querySelectorAll("output") : []) {
      place.textContent = words;
    }
  };

  document.addEventListener("input", (event) => {
    if (event.target instanceof Element && event.target.matches("[data-sliders] [data-says]")) {
      say(event.target);
    }
  });

  // A form fires this before its values are back.
  document.addEventListener("reset", (event) => {
    setTimeout(() => event.target.querySelectorAll("[data-says]").forEach(say));
  });
})();
