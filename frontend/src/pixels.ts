/** Pictures as numbers, by way of a canvas. */

/** The pixels of a picture at an address, `side` at most its longer one. */
export async function pixelsOf(address: string, side = Infinity): Promise<ImageData> {
  const image = new Image();
  image.src = address;
  await image.decode();
  const scale = Math.min(1, side / Math.max(image.naturalWidth, image.naturalHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** Whether a canvas gives back what was drawn: some browsers falsify it against being tracked. */
export function canvasIsTrue(): boolean {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 8;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return false;
  context.fillStyle = "rgb(81 127 200)";
  context.fillRect(0, 0, 8, 8);
  const expected = [81, 127, 200, 255];
  return context.getImageData(0, 0, 8, 8).data.every((value, i) => value === expected[i % 4]);
}
