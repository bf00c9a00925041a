// The box messages are written in.
import { byID } from "./dom.js";
import { Files } from "./files.js";

const warnWithin = 500;

const drafts = "draft:";

/** Takes a message, keeps its draft, and says why it cannot be sent. */
export class Composer {
    #form = byID("composer");
    #input = byID("message");
    #send = byID("send");
    #stop = byID("stop");
    #counter = byID("counter");
    #limits = { messageCharacters: 8000, messageBytes: 32000 };
    /** Drafts are kept for a user who is known, and shown to no other who signs in in this tab. */
    #user = null;
    /** Whose draft stands in the box; `null` until one was opened, so that an empty box forgets none before. */
    #conversation = null;
    #busy = false;
    #actions;
    #files;

    /** `actions`: `send(text, files)`, `refused(text)` for a file that cannot be taken, `stop()`, and `editLast()` for the key that goes up in an empty box. */
    constructor(actions) {
        this.#actions = actions;
        this.#files = new Files({ changed: () => this.#changed(), refused: actions.refused });
        this.#form.addEventListener("submit", (event) => {
            event.preventDefault();
            this.#submit();
        });
        this.#input.addEventListener("input", () => this.#changed());
        this.#input.addEventListener("keydown", (event) => {
            // Enter that ends the composition of a character is not an Enter.
            if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
                event.preventDefault();
                this.#submit();
            } else if (event.key === "ArrowUp" && !this.#input.value && !this.#busy) {
                event.preventDefault();
                this.#actions.editLast();
            }
        });
        this.#stop.addEventListener("click", () => this.#actions.stop());
        document.addEventListener("keydown", (event) => {
            if (event.key === "Escape" && this.#busy && !event.defaultPrevented
                && !document.querySelector("dialog[open], .menu")) this.#actions.stop();
        });
        addEventListener("resize", () => this.#fit());
    }

    set limits(limits) {
        this.#limits = limits;
        this.#files.limits = limits;
        this.#changed();
    }

    /** Says who writes; other users' drafts are forgotten. */
    set user(id) {
        this.#user = id;
        forgetDrafts((key) => !key.startsWith(`${drafts}${id}:`));
    }

    /** Shows the draft of a conversation; `null` is the one not begun yet. */
    openDraft(id) {
        this.#conversation = id ?? "new";
        this.#input.value = (this.#user && sessionStorage.getItem(this.#draftKey(this.#conversation))) ?? "";
        this.#changed();
    }

    /** Forgets the draft of a conversation that was deleted. */
    forget(id) {
        sessionStorage.removeItem(this.#draftKey(id));
    }

    /** Forgets every draft and what stands in the box. */
    forgetAll() {
        this.#input.value = "";
        this.#changed();
        forgetDrafts(() => true);
    }

    #draftKey(conversation) {
        return `${drafts}${this.#user}:${conversation}`;
    }

    /** Puts a text back that could not be sent, with its files. */
    restore(text, files = []) {
        this.#files.add(files);
        this.#input.value = this.#input.value ? `${text}\n${this.#input.value}` : text;
        this.#changed();
    }

    /** Turns "Send" into "Stop" and back. */
    set busy(busy) {
        const focused = [this.#send, this.#stop].includes(document.activeElement);
        this.#busy = busy;
        this.#send.hidden = busy;
        this.#stop.hidden = !busy;
        this.#changed();
        if (focused) this.focus();
    }

    focus() {
        this.#input.focus();
    }

    #submit() {
        const text = this.#input.value.trim();
        if (!text || this.#busy || this.#excess(text)) return;
        this.#input.value = "";
        this.#changed();
        this.#actions.send(text, this.#files.take());
    }

    #changed() {
        const text = this.#input.value;
        if (this.#user && this.#conversation) {
            const key = this.#draftKey(this.#conversation);
            if (text) sessionStorage.setItem(key, text);
            else sessionStorage.removeItem(key);
        }
        const excess = this.#excess(text.trim());
        const characters = text.length > this.#limits.messageCharacters - warnWithin ? count(text.trim()) : 0;
        const left = this.#limits.messageCharacters - characters;
        this.#counter.textContent = excess || (characters && left <= warnWithin ? `${left} characters left. ` : "");
        this.#counter.classList.toggle("over", Boolean(excess));
        this.#input.setAttribute("aria-invalid", String(Boolean(excess)));
        this.#send.disabled = !text.trim() || Boolean(excess);
        this.#fit();
    }

    /** Why a text is too long, or an empty string. */
    #excess(text) {
        const { messageCharacters, messageBytes } = this.#limits;
        if (text.length <= messageCharacters && text.length * 3 <= messageBytes) return "";
        const number = new Intl.NumberFormat(document.documentElement.lang);
        const characters = count(text);
        if (characters > messageCharacters) {
            return `${number.format(characters)} of at most ${number.format(messageCharacters)} characters. Shorten it to send it. `;
        }
        const bytes = new TextEncoder().encode(text).length;
        return bytes > messageBytes
            ? `${number.format(bytes)} of at most ${number.format(messageBytes)} bytes. Shorten it to send it. ` : "";
    }

    #fit() {
        this.#input.style.height = "auto";
        this.#input.style.height = `${this.#input.scrollHeight}px`;
    }
}

function forgetDrafts(which) {
    for (const key of Object.keys(sessionStorage)) {
        if (key.startsWith(drafts) && which(key)) sessionStorage.removeItem(key);
    }
}

function count(text) {
    if (!globalThis.Intl?.Segmenter) return [...text].length;
    let characters = 0;
    for (const _ of new Intl.Segmenter().segment(text)) characters += 1;
    return characters;
}
