import type { Job } from "./job";
import { message } from "./messages";
import type { PhotoList } from "./photo-list";
import { makeAlbum } from "./tray/albums";
import { downloadAll } from "./tray/archive";
import { listen } from "./tray/drops";
import type { Taken } from "./tray/files";
import { Sender } from "./tray/sender";
import * as store from "./tray/store";
import { secondsLeft, summaryOf, wordsFor } from "./tray/summary";
import { offersNotice, notify } from "./tray/notice";
import { turn } from "./tray/turn";
import { Upload } from "./tray/upload";
import { momentOf } from "./times";

const CLOSED = "tray-closed"; // since the Epoch, milliseconds
const MAKING = "…"; // an album that is about to be made

/**
 * `<photo-tray>`: takes photos on any page, sends them, and goes along to other pages until its
 * photos are in color and somebody closes it.
 */
export class PhotoTray extends HTMLElement {
  #uploads: Upload[] = [];
  #sender!: Sender;
  /** Only a photo sent alone leads to its own page. */
  #alone: Upload | undefined;
  #since = Date.now();
  readonly #title = document.title;

  connectedCallback(): void {
    this.#sender = new Sender(this.#visitor !== "", (upload) => void this.#sent(upload));
    listen(
      (files) => this.take(files),
      (held) => document.documentElement.toggleAttribute("data-dropping", held),
    );
    this.#list.addEventListener("job", (event) => this.#hear((event as CustomEvent<Job>).detail));
    this.#button(".tray-toggle", () => this.#open(!this.hasAttribute("data-open")));
    this.#button(".tray-close", () => {
      sessionStorage.setItem(CLOSED, String(Date.now())); // at once, however soon the page is left
      this.#note("");
      this.#forget(this.#uploads);
    });
    this.#button(".tray-cancel", () => this.#cancel());
    this.#button(".tray-notify", () => void Notification.requestPermission().then(() => this.#show()));
    this.#button(".tray-download", () => void this.#download());
    this.#button(".tray-album", () => void this.#openAlbum(""));
    this.#button(".tray-share", () => void this.#openAlbum("share/"));
    addEventListener("beforeunload", (event) => {
      if (this.#uploads.some((upload) => upload.isUnsent && !upload.kept)) event.preventDefault();
    });
    // A page that the browser kept knows nothing of what was sent since.
    addEventListener("pageshow", ({ persisted }) => persisted && void this.#load());
    void this.#load();
  }

  /** Take files; one alone leads to its own page. */
  take(files: readonly Taken[]): void {
    this.#note(files.length === 0 ? message("noPhotos") : "");
    if (this.#uploads.every(({ status }) => !["waiting", "sending"].includes(status))) {
      this.#since = Date.now();
    }
    const order = Date.now() * 1000;
    const uploads = files.map(({ file, folder }, place) =>
      this.#add({
        ...{ key: store.newKey(), order: order + place, name: file.name, folder },
        ...{ visitor: this.#visitor, file, job: "", refusal: "", album: "" },
      }),
    );
    const limit = Number(this.dataset["maxBytes"]);
    const fit = uploads.filter((upload) => upload.check(limit));
    this.#alone = this.#uploads.length === 1 && fit.length === 1 ? fit[0] : undefined;
    if (!this.#alone) this.#keep(uploads);
    if (uploads.length > 1 || fit.length === 0) this.#open(true);
    fit.forEach((upload) => this.#sender.add(upload));
    this.#show();
  }

  /** What was left by the page before. */
  async #load(): Promise<void> {
    this.#uploads.splice(0).forEach((upload) => upload.end());
    const items = await store.all();
    const closed = Number(sessionStorage.getItem(CLOSED)) * 1000;
    const isOurs = ({ visitor, order }: store.Item) =>
      store.passesTo(visitor, this.#visitor) && order > closed;
    const [ours, others] = [true, false].map((mine) =>
      items.filter((item) => isOurs(item) === mine),
    );
    if (others!.length > 0) void store.remove(others!.map(({ key }) => key));
    if (ours!.length === 0) return;
    this.#since = ours![0]!.order / 1000;
    for (const item of ours!) this.#add(item).kept = true;
    await this.#bind();
    const unsent = this.#uploads.filter((upload) => upload.isUnsent && upload.kept);
    if (unsent.length > 0) void this.#resume(unsent);
  }

  /** Send what another page began, once no other tab does. */
  async #resume(uploads: readonly Upload[]): Promise<void> {
    await turn();
    const now = new Map((await store.all()).map((item) => [item.key, item]));
    for (const upload of uploads) {
      const item = now.get(upload.item.key);
      if (item?.file) this.#sender.add(upload);
      else if (item) Object.assign(upload.item, item);
      else upload.end();
    }
    this.#uploads = this.#uploads.filter(({ item }) => now.has(item.key));
    await this.#bind();
  }

  /** Show the jobs of photos that the server has; photos that were deleted go. */
  async #bind(): Promise<void> {
    const known = this.#uploads.filter(({ item, job }) => item.job && !job);
    for (let start = 0; start < known.length; start += 100) {
      const some = known.slice(start, start + 100);
      const ids = new URLSearchParams(some.map(({ item }) => ["id", item.job]));
      const answer = await fetch(`/api/v1/jobs/?${ids}`).catch(() => undefined);
      if (!answer?.ok) continue;
      const { results } = (await answer.json()) as { results: Job[] };
      const jobs = new Map(results.map((job) => [job.id, job]));
      some.forEach((upload) => {
        const job = jobs.get(upload.item.job);
        if (job) upload.bind(job);
      });
      this.#forget(some.filter(({ job }) => !job));
    }
    this.#show();
  }

  #add(item: store.Item): Upload {
    const upload: Upload = new Upload(
      item,
      this.#list,
      (again) => this.#sender.add(again),
      (changed) => this.#forget([changed]),
    );
    this.#uploads.push(upload);
    return upload;
  }

  #keep(uploads: readonly Upload[]): void {
    const items = uploads.map(({ item }) => item);
    const mark = () => uploads.forEach((upload) => (upload.kept = true));
    void store.put(items).then(mark, () => undefined);
  }

  /** An upload is sent or refused; without one, sending goes on. */
  async #sent(upload: Upload | undefined): Promise<void> {
    this.#note(this.#sender.pause);
    if (upload?.job) {
      document.querySelector<HTMLElement>(".nav-photos")!.hidden = false;
      if (upload === this.#alone) {
        location.assign(upload.job.urls.page);
        return;
      }
    }
    if (upload?.status === "refused") this.#open(true);
    if (upload && !upload.isUnsent) this.#keep([upload]);
    if (!this.#uploads.some(({ isUnsent }) => isUnsent)) await this.#makeAlbums();
    this.#show();
  }

  /** A folder becomes an album with its name, once all of it is sent. */
  async #makeAlbums(): Promise<void> {
    const loose = this.#uploads.filter(({ item, job }) => item.folder && !item.album && job);
    for (const folder of new Set(loose.map(({ item }) => item.folder))) {
      await this.#makeAlbum(folder, loose.filter(({ item }) => item.folder === folder));
    }
  }

  async #makeAlbum(title: string, uploads: readonly Upload[]): Promise<string> {
    for (const { item } of uploads) item.album = MAKING;
    const photos = uploads.flatMap(({ job }) => (job ? [job.photo.id] : []));
    const album = await makeAlbum(title, photos).catch((error: Error) => {
      this.#note(error.message);
      return "";
    });
    for (const { item } of uploads) item.album = album;
    this.#keep(uploads);
    return album;
  }

  /** Go to the album of all that is in color, or to a page of it; it is made if there is none. */
  async #openAlbum(page: string): Promise<void> {
    const uploads = this.#uploads.filter(({ status }) => status === "succeeded");
    const [first] = uploads;
    const day = new Date().toLocaleDateString(document.documentElement.lang, { dateStyle: "long" });
    const title = first?.item.folder || message("albumOf", { day });
    const album = this.#album || (await this.#makeAlbum(title, uploads));
    if (album) location.assign(`/albums/${album}/${page}`);
  }

  /** The album that holds all that is in color; empty: none does. */
  get #album(): string {
    const albums = this.#uploads.flatMap(({ status, item }) =>
      status === "succeeded" ? [item.album] : [],
    );
    return new Set(albums).size === 1 && albums[0] !== MAKING ? albums[0]! : "";
  }

  #hear(job: Job): void {
    const upload = this.#uploads.find((one) => one.job?.photo.id === job.photo.id);
    if (!upload) return;
    upload.job = job;
    if (upload.item.job !== job.id) {
      upload.item.job = job.id; // it was tried again
      this.#keep([upload]);
    }
    this.#show();
  }

  #forget(uploads: readonly Upload[]): void {
    for (const upload of uploads) {
      this.#sender.drop(upload);
      upload.end();
    }
    this.#uploads = this.#uploads.filter((upload) => !uploads.includes(upload));
    void store.remove(uploads.map(({ item }) => item.key));
    this.#show();
  }

  /** What is not sent yet goes; what the server has is canceled there. */
  #cancel(): void {
    const unsent = this.#uploads.filter((upload) => upload.isUnsent);
    for (const { job, card } of this.#uploads) if (job) this.#list.cancel(card);
    this.#forget(unsent);
  }

  async #download(): Promise<void> {
    try {
      const photos = this.#colored.map((job) => job.photo.id);
      await downloadAll(photos, (words) => this.#note(words));
    } catch (error) {
      this.#note((error as Error).message);
    }
  }

  #show(): void {
    const summary = summaryOf(this.#uploads);
    const { done, total, busy } = summary;
    const left = busy ? secondsLeft(this.#uploads, summary, this.#since) : null;
    const part = <E extends HTMLElement>(name: string) => this.querySelector<E>(`.tray-${name}`)!;
    part("panel").hidden = this.#uploads.length === 0 && !part("note").textContent;
    part("words").textContent = wordsFor(summary, left);
    const bar = part<HTMLProgressElement>("bar");
    bar.hidden = !busy;
    bar.max = Math.max(total, 1);
    bar.value = done;
    part("close").hidden = busy;
    part("cancel").hidden = !busy;
    part("notify").hidden = !busy || !offersNotice();
    const wasBusy = this.hasAttribute("data-busy");
    if (wasBusy && !busy && done > 0) notify(part("words").textContent!);
    this.toggleAttribute("data-busy", busy);
    part("toggle").hidden = this.#uploads.length === 0;
    part("end").hidden = busy || done === 0;
    const first = this.#colored[0];
    const slides = `/albums/${this.#album}/slides/`;
    if (first) part<HTMLAnchorElement>("look").href = this.#album ? slides : first.urls.page;
    if (first) this.#sayUntilWhen(first);
    const count = busy ? `(${done}/${total}) ` : done > 0 ? "✓ " : "";
    document.title = total > 1 ? count + this.#title : this.#title;
  }

  /** Guests: until when their photos are kept. */
  #sayUntilWhen(job: Job): void {
    const kept = this.querySelector<HTMLElement>(".tray-kept span");
    if (!kept) return;
    const ends = Date.parse(job.created_at) + Number(this.dataset["hours"]) * 3_600_000;
    kept.textContent = message("kept", { time: momentOf(new Date(ends)) });
  }

  #note(words: string): void {
    const note = this.querySelector(".tray-note")!;
    if (note.textContent !== words) note.textContent = words;
    this.#show();
  }

  #open(open: boolean): void {
    this.toggleAttribute("data-open", open);
    this.querySelector(".tray-toggle")!.setAttribute("aria-expanded", String(open));
  }

  #button(name: string, act: () => void): void {
    this.querySelector(name)!.addEventListener("click", act);
  }

  get #colored(): Job[] {
    return this.#uploads.flatMap(({ job }) => (job?.status === "succeeded" ? [job] : []));
  }

  get #list(): PhotoList {
    return this.querySelector<PhotoList>("photo-list")!;
  }

  get #visitor(): string {
    return this.dataset["visitor"] ?? "";
  }
}
