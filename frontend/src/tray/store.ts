/** What the tray holds, kept by the browser: it goes along to other pages, and a cut loses nothing. */

export interface Item {
  /** Also its Idempotency-Key: sent twice, it is one photo. */
  readonly key: string;
  readonly order: number;
  readonly name: string;
  /** The folder that was dropped or chosen; empty: none. */
  readonly folder: string;
  /** The album that was made of it. */
  album: string;
  /** A mark of the visitor who put it there (`data-visitor`). */
  readonly visitor: string;
  /** Null once the server has it, or has refused it. */
  file: File | null;
  job: string;
  refusal: string;
}

const ITEMS = "items";
let database: Promise<IDBDatabase> | undefined;

/** All items in their order; none where the browser keeps nothing. */
export async function all(): Promise<Item[]> {
  const items = await act<Item[]>("readonly", (store) => store.getAll()).catch(() => []);
  return items.sort((a, b) => a.order - b.order);
}

/** Keep items. Rejects where the browser keeps nothing, or has no room. */
export async function put(items: readonly Item[]): Promise<void> {
  await act("readwrite", (store) => void items.forEach((item) => store.put(item)));
}

/** Forget items. */
export async function remove(keys: readonly string[]): Promise<void> {
  const forget = (store: IDBObjectStore) => void keys.forEach((key) => store.delete(key));
  await act("readwrite", forget).catch(() => undefined);
}

/** A name for one request that nobody else has; also on pages that came by plain http. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Whether what one visitor left is another's to see, by their marks: `a:…` of accounts, `g:…` of
 * guests, empty for newcomers. A guest may sign up in the middle; nobody inherits from an account.
 */
export function passesTo(left: string, now: string): boolean {
  return left === now || left === "" || (left.startsWith("g") && now.startsWith("a"));
}

async function act<Result>(
  mode: IDBTransactionMode,
  request: (store: IDBObjectStore) => IDBRequest<Result> | void,
): Promise<Result> {
  const transaction = (await open()).transaction(ITEMS, mode);
  const asked = request(transaction.objectStore(ITEMS));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(asked?.result as Result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

function open(): Promise<IDBDatabase> {
  database ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("tray", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(ITEMS, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return database;
}
