// Pointing at the drawing writes the point into its field. Without this the field is typed into.
(() => {
  "use strict";
  const map = document.querySelector("svg.placing");
  if (!map) return;
  const field = document.getElementById("point");
  const pin = map.querySelector(".pin");
  const [south, west, north, east] = map.dataset.corners.split(" ").map(Number);
  const { width, height } = map.viewBox.baseVal;

  map.addEventListener("click", (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
    const latitude = north - (at.y / height) * (north - south);
    const longitude = west + (at.x / width) * (east - west);
    field.value = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
    document.getElementById("postcode").value = "";
    pin.setAttribute("transform", `translate(${at.x} ${at.y})`);
    pin.classList.remove("hidden");
  });
})();
