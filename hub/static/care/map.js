// Draws what the page holds as GeoJSON. Without this the table below says the same.
document.addEventListener("DOMContentLoaded", () => {
  "use strict";
  const place = document.getElementById("map");
  const held = document.getElementById("map-data");
  if (!place || !held || !window.L) return;
  const { drawn: collection, tiles, credit } = JSON.parse(held.textContent);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(place, { zoomAnimation: !still, fadeAnimation: false, markerZoomAnimation: !still, zoomSnap: 0.5 });
  map.attributionControl.setPrefix(false);
  if (tiles) L.tileLayer(tiles, { attribution: text(credit) }).addTo(map);
  L.control.scale({ imperial: true }).addTo(map);

  function text(words) {
    const span = document.createElement("span");
    span.textContent = words;
    return span.innerHTML;
  }

  function links(lines) {
    const list = document.createElement("ul");
    for (const { text: said, address } of lines) {
      const link = document.createElement("a");
      link.href = address;
      link.textContent = said;
      list.appendChild(document.createElement("li")).appendChild(link);
    }
    return list;
  }

  function icon(feature, words, kind, size) {
    // A base stands beside its place, so that a door at the same spot does not hide it.
    const beside = kind === "base" ? { iconAnchor: [34, 34] } : {};
    return L.divIcon({ className: `spot ${kind} hue-of-${feature.properties.hue}`, html: text(words), iconSize: size, ...beside });
  }

  // Leaflet gives a drawn icon the role of a button and no name; what is written on it is a number or a letter.
  function named(one, written, said) {
    const name = said.startsWith(written) ? said : `${written}: ${said}`;
    return one.on("add", () => one.getElement().setAttribute("aria-label", name));
  }

  function marker(feature, at) {
    const { kind, name, label, letter, lines, address } = feature.properties;
    if (kind === "sector")
      return L.marker(at, { icon: L.divIcon({ className: "sector", html: text(name) }), interactive: false, keyboard: false });
    if (kind === "base") {
      const base = L.marker(at, { icon: icon(feature, letter, "base", [24, 24]), title: name, zIndexOffset: 500 });
      return named(base, letter, name).bindPopup(links([{ text: name, address }]));
    }
    const said = lines.map((line) => line.text).join("; ");
    const wide = Math.max(26, 12 + 8 * label.length);
    const door = L.marker(at, { icon: icon(feature, label, "door", [wide, 26]), title: said, zIndexOffset: 1000 });
    return named(door, label, said).bindPopup(links(lines));
  }

  const drawn = L.geoJSON(collection, {
    pointToLayer: marker,
    // Agencies differ by the dashes of their lines as well as by hue and letter.
    style: ({ properties }) => ({
      className: `round hue-of-${properties.hue}`, weight: 3, opacity: 0.8, interactive: false,
      dashArray: ["", "10 5", "3 5", "12 4 3 4", "1 6", "16 6", "6 3 1 3", "8 8"][properties.hue - 1],
    }),
  }).addTo(map);
  const what = L.featureGroup(drawn.getLayers().filter((one) => one.feature.properties.kind !== "sector"));
  map.fitBounds((what.getLayers().length ? what : drawn).getBounds().pad(0.08), { animate: false, maxZoom: 15 });
});
