// Files that go with the next message: chosen, pasted or dropped.
import { byID, element, icon, iconButton } from "./dom.js";
import { size } from "./message.js";

const types = "image/png,image/jpeg,image/gif,image/webp,application/pdf,text/*,.md,.csv,.txt,.json,.log,.yaml,.yml,.swift,.py,.js,.ts";

/** The files chosen so far, shown above the box. Nothing is sent before the message is. */
export class Files {
    #list = byID("files");
    #input = element("input", { type: "file", multiple: true, accept: types, hidden: true, tabIndex: -1, "aria-label": "Files to attach" });
    #chosen = [];
    #limits = { imageBytes: 3_750_000, fileBytes: 4_500_000, filesPerMessage: 20 };
    #actions;

    /** `actions`: `changed()` after the files have changed, `refused(text)` with the reason. */
    constructor(actions) {
        this.#actions = actions;
        this.#list.after(this.#input);
        byID("attach").addEventListener("click", () => this.#input.click());
        this.#input.addEventListener("change", () => {
            this.add([...this.#input.files]);
            this.#input.value = "";
        });
        const area = byID("main");
        area.addEventListener("dragover", (event) => {
            if (![...event.dataTransfer.types].includes("Files")) return;
            event.preventDefault();
            area.classList.add("dropping");
        });
        area.addEventListener("dragleave", (event) => {
            if (!area.contains(event.relatedTarget)) area.classList.remove("dropping");
        });
        area.addEventListener("drop", (event) => {
            area.classList.remove("dropping");
            if (!event.dataTransfer.files.length) return;
            event.preventDefault();
            this.add([...event.dataTransfer.files]);
        });
        byID("message").addEventListener("paste", (event) => {
            if (!event.clipboardData.files.length) return;
            event.preventDefault();
            this.add([...event.clipboardData.files]);
        });
    }

    set limits(limits) {
        this.#limits = { ...this.#limits, ...limits };
    }

    get isEmpty() {
        return this.#chosen.length === 0;
    }

    add(files) {
        for (const file of files) {
            const most = file.type?.startsWith("image/") ? this.#limits.imageBytes : this.#limits.fileBytes;
            if (this.#chosen.length >= this.#limits.filesPerMessage) {
                this.#actions.refused(`A message may have ${this.#limits.filesPerMessage} files.`);
                break;
            }
            if ((file.size ?? 0) > most) this.#actions.refused(`“${file.name}” has ${size(file.size)}; the most is ${size(most)}.`);
            else this.#chosen.push(file);
        }
        this.#show();
    }

    /** Takes the files away, to be sent. Files that have been stored already come back as they are. */
    take() {
        const files = this.#chosen;
        this.#chosen = [];
        this.#show();
        return files;
    }

    #show() {
        this.#list.hidden = this.isEmpty;
        this.#list.replaceChildren(...this.#chosen.map((file) => element(
            "li", { class: "file" }, icon("file"), element("span", { dir: "auto", title: file.name }, file.name), size(file.size ?? file.bytes),
            iconButton("close", `Remove “${file.name}”`, () => {
                this.#chosen = this.#chosen.filter((each) => each !== file);
                this.#show();
                byID("message").focus();
            }))));
        this.#actions.changed();
    }
}
