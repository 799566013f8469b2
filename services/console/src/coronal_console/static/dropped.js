// Files of a drop or a choice, with folders: each as `{file, name}`, its name being its path.

const SYSTEM_FILES = /^(thumbs\.db|desktop\.ini)$/i;
const isWanted = ({ name }) => name.split("/").every((part) => !part.startsWith(".")) && !SYSTEM_FILES.test(name.split("/").at(-1));

/** Of an `<input type=file>`. */
export const chosen = (list) =>
  Array.from(list, (file) => ({ file, name: file.webkitRelativePath || file.name })).filter(isWanted);

/** Of a drop; folders are read to their depth. */
export async function dropped(transfer) {
  // Entries must be taken before the first wait: the transfer is empty after that.
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const found = entries.length ? (await Promise.all(entries.map(filesOf))).flat() : chosen(transfer.files);
  return found.filter(isWanted);
}

async function filesOf(entry) {
  const name = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) return [{ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), name }];
  const reader = entry.createReader();
  const inside = [];
  // A reader gives a hundred at a time, and none at the end.
  for (let some; (some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))).length; ) inside.push(...some);
  return (await Promise.all(inside.map(filesOf))).flat();
}
