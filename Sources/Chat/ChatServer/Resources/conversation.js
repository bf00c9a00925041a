// The conversation that is open: its messages, and the answer being written.
import { ApiError, ask, changeConversation, followGeneration, showConversation, stopGeneration } from "./api.js";
import { byID, element } from "./dom.js";
import { AnswerView, QuestionView } from "./message.js";

const reconnectAttempts = 4;
const announceEvery = 7000;
const announcedLength = 1500;
const mostPagesToMessage = 40;

/** Shows one conversation and carries out what is asked in it. */
export class ConversationView {
    #log = byID("log");
    #scroller = byID("scroller");
    #toEnd = byID("to-end");
    #status = byID("status");
    #id = null;
    #follows = true;
    #abort = null;
    /** The messages shown, in order. */
    #views = [];
    #busy = false;
    #generation = null;
    #events;
    #actions = {
        edit: (view, text) => this.#edit(view, text),
        again: (view) => this.#again(view),
        proceed: (view) => this.#proceed(view),
        show: (id) => this.#showBranch(id),
        grew: () => this.#scrollToEnd(false),
    };

    /** `events`: `busy(boolean)`, `began(start)`, `ended(id)`, `failed(error, text, attachments)`, `model()`. */
    constructor(events) {
        this.#events = events;
        this.#scroller.addEventListener("scroll", () => {
            const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
            this.#follows = scrollHeight - scrollTop - clientHeight < 80;
            this.#toEnd.hidden = this.#follows;
        }, { passive: true });
        this.#toEnd.addEventListener("click", () => this.#scrollToEnd(true));
    }

    get id() {
        return this.#id;
    }

    get isBusy() {
        return this.#busy;
    }

    /** Shows nodes instead of a conversation: an empty state, an error. */
    showInstead(...nodes) {
        this.#leave(null);
        this.#log.replaceChildren(...nodes);
        this.#scroller.scrollTop = 0;
    }

    /** Begins to show a conversation that has no messages yet. */
    start(id) {
        this.#leave(id);
        this.#log.replaceChildren();
    }

    /** Loads a conversation and goes on with an answer that is being written. */
    async load(id) {
        this.#leave(id);
        this.#log.replaceChildren(skeleton());
        const loaded = await showConversation(id);
        if (this.#id !== id) return null;
        this.#show(loaded);
        return loaded.conversation;
    }

    /** Loads the conversation again without its going away in between; null while something is under way. */
    async reload() {
        const id = this.#id;
        if (!id || this.#busy || this.#log.querySelector("form")) return null;
        const loaded = await showConversation(id);
        if (this.#id !== id || this.#busy) return null;
        const top = this.#follows ? null : this.#scroller.scrollTop;
        this.#show(loaded);
        if (top !== null) this.#scroller.scrollTop = top;
        return loaded.conversation;
    }

    /** Scrolls to a message of the branch that is shown, loading earlier ones as needed. */
    async reveal(messageID) {
        const id = this.#id;
        for (let page = 0; page < mostPagesToMessage && this.#id === id; page += 1) {
            const node = this.#views.find((view) => view.id === messageID)?.node;
            if (node) {
                this.#follows = false;
                node.scrollIntoView({ block: "center" });
                node.tabIndex = -1;
                node.focus({ preventScroll: true });
                node.classList.add("found");
                node.addEventListener("animationend", () => node.classList.remove("found"), { once: true });
                return;
            }
            const button = this.#log.querySelector(":scope > .earlier");
            if (!button) return;
            await this.#showEarlier(button, Number(button.dataset.before));
        }
    }

    #show({ messages, earlier, generationId }) {
        this.#abort?.abort();
        this.#generation = null;
        this.#setBusy(false);
        this.#views = [];
        this.#log.replaceChildren(...this.#earlierButton(earlier));
        messages.forEach((message, index) => {
            if (message.role === "assistant" && message.status === "streaming" && generationId) {
                const answer = this.#newAnswer(message);
                answer.begin();
                this.#run((signal) => followGeneration(generationId, 0, signal), { answer });
            } else {
                this.#append(this.#stored(message, index === messages.length - 1));
            }
        });
        this.#scrollToEnd(true);
    }

    #append(view) {
        this.#views.push(view);
        this.#log.append(view.node);
    }

    /** Takes a message and all after it away. */
    #truncate(view) {
        const at = this.#views.indexOf(view);
        for (const each of this.#views.splice(at)) each.node.remove();
    }

    /** Offers the messages before `earlier`, if there are any. */
    #earlierButton(earlier) {
        if (!earlier) return [];
        const button = element(
            "button", { type: "button", class: "small-button earlier", "data-before": earlier }, "Show earlier messages");
        button.addEventListener("click", () => this.#showEarlier(button, earlier));
        return [button];
    }

    /** Puts a page of earlier messages above the others; what is read stays where it is. */
    async #showEarlier(button, before) {
        const id = this.#id;
        button.disabled = true;
        button.textContent = "Loading …";
        let page;
        try {
            page = await showConversation(id, before);
        } catch (error) {
            button.disabled = false;
            button.textContent = "Show earlier messages";
            if (this.#id === id) this.#events.failed(error, null);
            return;
        }
        if (this.#id !== id) return;
        const views = page.messages.map((message) => this.#stored(message, false));
        const further = this.#earlierButton(page.earlier);
        const fromEnd = this.#scroller.scrollHeight - this.#scroller.scrollTop;
        this.#follows = false;
        this.#views.unshift(...views);
        button.replaceWith(...further, ...views.map(({ node }) => node));
        this.#scroller.scrollTop = this.#scroller.scrollHeight - fromEnd;
        (further[0] ?? this.#log).focus({ preventScroll: true });
        this.#announce(`${views.length} earlier messages are shown above.`);
    }

    /** Asks a question; `attachments` are files that are stored already. */
    send(text, attachments = []) {
        const previous = this.#views.at(-1);
        const question = new QuestionView({ content: text, attachments }, this.#actions);
        this.#append(question);
        const files = attachments.map(({ id }) => id).join(",");
        const body = files ? { text, attachments: files } : { text };
        this.#askFor(body, { question, answer: this.#newAnswer(), text, attachments, previous });
    }

    /** Lets the last question be written anew. */
    editLast() {
        if (!this.#busy) this.#views.findLast((view) => view instanceof QuestionView)?.edit();
    }

    #edit(view, text) {
        if (this.#busy) return;
        this.#truncate(view);
        const question = new QuestionView({ content: text, attachments: view.attachments }, this.#actions);
        this.#append(question);
        this.#askFor({ text, edits: view.id }, { question, answer: this.#newAnswer(), text, branches: true });
    }

    #again(view) {
        if (this.#busy) return;
        this.#truncate(view);
        const body = view.id ? { again: view.id } : { retry: true };
        this.#askFor(body, { answer: this.#newAnswer(), branches: true });
    }

    #proceed(view) {
        if (!this.#busy) this.#askFor({ continue: true }, { answer: view, branches: true });
    }

    async #showBranch(messageID) {
        const id = this.#id;
        if (this.#busy) return;
        try {
            await changeConversation(id, { shownMessage: messageID });
            if (this.#id !== id) return;
            const top = this.#scroller.scrollTop;
            this.#show(await showConversation(id));
            this.#follows = false;
            this.#scroller.scrollTop = top;
            this.#views.find((view) => view.id === messageID)?.node.querySelector(".branches button:not(:disabled)")?.focus();
            this.#announce("Another version is shown.");
        } catch (error) {
            this.#events.failed(error, null);
        }
    }

    /** Ends the answer being written. */
    async stop() {
        if (this.#generation) await stopGeneration(this.#generation).catch(() => {});
    }

    #askFor(body, asked) {
        const id = this.#id;
        asked.answer.begin();
        this.#scrollToEnd(true);
        this.#run((signal) => ask(id, body, signal), asked);
    }

    /** `asked`: the `answer`, and where there are such the `question`, its `text`, the `previous` view, and `branches`. */
    async #run(open, asked) {
        const id = this.#id;
        this.#abort = new AbortController();
        const { signal } = this.#abort;
        this.#setBusy(true);
        try {
            await this.#follow(open, asked, signal);
            if (asked.branches) await this.#refreshBranches(signal);
        } catch (error) {
            if (signal.aborted) return;
            await this.#fail(error, asked, signal);
        } finally {
            if (!signal.aborted && this.#id === id) {
                this.#generation = null;
                this.#setBusy(false);
                this.#events.ended(id);
            }
        }
    }

    /** Reads events to the end, coming back where the connection breaks. */
    async #follow(open, asked, signal) {
        let position = 0;
        for (let attempt = 0; ; attempt += 1) {
            for await (const event of open(signal)) {
                if (signal.aborted) return;
                position = event.id;
                if (this.#take(event, asked)) return;
                attempt = 0;
            }
            if (!this.#generation || attempt >= reconnectAttempts) {
                throw new ApiError(0, { code: "cut", detail: "The connection broke off." });
            }
            await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt));
            if (signal.aborted) return;
            const generation = this.#generation;
            open = () => followGeneration(generation, position, signal);
        }
    }

    /** Takes one event in; true when it was the last. */
    #take({ name, data }, asked) {
        const { answer, question } = asked;
        switch (name) {
        case "start":
            if (!this.#generation) this.#events.began(data);
            this.#generation = data.generationId;
            asked.previous?.settle?.();
            question?.setID(data.userMessageId);
            answer.setID(data.assistantMessageId);
            return false;
        case "delta":
            answer.add(data.text);
            this.#announceProgress();
            return false;
        case "done":
            answer.end({ ...data, isLast: true });
            this.#announce(data.status === "complete" ? `Answer: ${answer.plainText.slice(0, announcedLength)}` : "The answer was stopped.");
            return true;
        case "error":
            answer.end({ status: "error", message: data.message, usage: data.usage, isLast: true });
            this.#announce(`The answer failed. ${data.message}`);
            return true;
        default:
            return false;
        }
    }

    async #fail(error, asked, signal) {
        const problem = error instanceof ApiError ? error : new ApiError(0, { detail: "Something went wrong in this page." });
        if (!(error instanceof ApiError)) console.error(error);
        const { answer, question, text, previous } = asked;
        if (this.#generation) {
            answer.end({ status: "error", message: problem.message, isLast: true });
        } else if (problem.status === 0 && await this.#hasArrived(text, signal)) {
            return;
        } else if (asked.branches) {
            // Nothing has changed there: what was taken away comes back.
            const loaded = await showConversation(this.#id).catch(() => null);
            if (signal.aborted) return;
            if (loaded) this.#show(loaded);
            else answer.end({ status: "error", message: problem.message });
        } else {
            // The question never arrived: it goes back to where it was written.
            this.#truncate(question ?? answer);
            previous?.node.querySelector(".go-on")?.focus();
        }
        this.#announce(problem.message);
        this.#events.failed(problem, this.#generation ? null : text, asked.attachments);
    }

    /** Whether a question arrived whose connection was lost before anything came back; then it is shown as it is. */
    async #hasArrived(text, signal) {
        if (!text) return false;
        const loaded = await showConversation(this.#id, undefined).catch(() => null);
        if (!loaded || signal.aborted) return false;
        const last = loaded.messages.findLast(({ role }) => role === "user");
        if (last?.content !== text || Date.now() - last.createdAt > 60_000) return false;
        this.#show(loaded);
        return true;
    }

    /** An answer or another wording has got neighbours: the messages learn of them. */
    async #refreshBranches(signal) {
        const loaded = await showConversation(this.#id).catch(() => null);
        if (!loaded || signal.aborted) return;
        for (const { id, siblings } of loaded.messages) this.#views.find((view) => view.id === id)?.setBranches(siblings);
    }

    /** A message as it is stored. An answer whose end could not be stored was interrupted. */
    #stored(message, isLast) {
        if (message.role === "user") return new QuestionView(message, this.#actions);
        const answer = this.#answerView(message);
        answer.set(message.content);
        const status = message.status === "streaming" ? "interrupted" : message.status;
        answer.end({ ...message, message: message.errorMessage, status, isLast });
        return answer;
    }

    #newAnswer(message = { simulated: this.#events.model().simulated }) {
        const answer = this.#answerView(message);
        this.#append(answer);
        return answer;
    }

    #answerView({ id, simulated, siblings, provider }) {
        const imported = provider === "imported";
        return new AnswerView({ id, simulated, imported, siblings, label: this.#events.model().label }, this.#actions);
    }

    #leave(id) {
        this.#abort?.abort();
        this.#abort = null;
        this.#generation = null;
        this.#views = [];
        this.#id = id;
        this.#follows = true;
        this.#toEnd.hidden = true;
        this.#setBusy(false);
    }

    #setBusy(busy) {
        this.#busy = busy;
        this.#log.setAttribute("aria-busy", String(busy));
        this.#events.busy(busy);
        if (busy) this.#announce("The answer is being written.");
    }

    #lastAnnouncement = 0;

    #announceProgress() {
        if (Date.now() - this.#lastAnnouncement > announceEvery) this.#announce("The answer is still being written.");
    }

    #announce(text) {
        this.#lastAnnouncement = Date.now();
        this.#status.textContent = text;
    }

    #scrollToEnd(always) {
        if (always) this.#follows = true;
        if (this.#follows) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    }
}

function skeleton() {
    return element(
        "div", { class: "skeleton", role: "status", "aria-label": "Loading the conversation" },
        ...Array.from({ length: 5 }, () => element("span")));
}
