// The colours of labels, the same as in the overlays: neighbours lie a golden section of the colour circle apart.

const GOLDEN_TURN = 0.618033988749895;
const FIRST_HUE = 0.5;
const SHADES = [[0.85, 1], [1, 1], [0.7, 0.9]]; // saturation and value, in turn

/** Red, green and blue of a label, 0 to 255. */
export function colourOf(label) {
  const hue = (FIRST_HUE + GOLDEN_TURN * (label - 1)) % 1;
  const [saturation, value] = SHADES[(label - 1) % SHADES.length];
  return [5, 3, 1].map((shift) => {
    const turned = (shift + hue * 6) % 6;
    return Math.round(255 * (value - value * saturation * Math.max(0, Math.min(turned, 4 - turned, 1))));
  });
}
