// The conversation that is open: its messages, and the answer being written.
import { ApiError, ask, followGeneration, showConversation, stopGeneration } from "./api.js";
import { byID, element } from "./dom.js";
import { AnswerView, questionNode } from "./message.js";

const reconnectAttempts = 3;
const announceEvery = 7000;
const announcedLength = 1500;

/** Shows one conversation and carries out what is asked in it. */
export class ConversationView {
    #log = byID("log");
    #scroller = byID("scroller");
    #toEnd = byID("to-end");
    #status = byID("status");
    #id = null;
    #follows = true;
    #abort = null;
    #answer = null;
    /** The answer before the one being asked for: it can be tried again until the new question has arrived. */
    #previous = null;
    #busy = false;
    #generation = null;
    #events;

    /** `events`: `busy(boolean)`, `began(start)`, `failed(error, text)`, `model()`. */
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

    /** Shows nodes instead of a conversation: an empty state, an error. */
    showInstead(...nodes) {
        this.#leave(null);
        this.#log.replaceChildren(...nodes);
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

    #show({ messages, earlier, generationId }) {
        this.#log.replaceChildren(...this.#earlierButton(earlier));
        messages.forEach((message, index) => {
            if (message.role === "user") {
                this.#log.append(questionNode(message.content));
                return;
            }
            const isLast = index === messages.length - 1;
            if (message.status === "streaming" && generationId) {
                const answer = this.#newAnswer(message.simulated);
                answer.begin();
                this.#run((signal) => followGeneration(generationId, 0, signal), answer);
            } else {
                const answer = this.#endedAnswer(message, isLast);
                this.#log.append(answer.node);
                if (isLast) this.#answer = answer;
            }
        });
        this.#scrollToEnd(true);
    }

    /** Offers the messages before `earlier`, if there are any. */
    #earlierButton(earlier) {
        if (!earlier) return [];
        const button = element("button", { type: "button", class: "small-button earlier" }, "Show earlier messages");
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
        const nodes = page.messages.map((message) =>
            message.role === "user" ? questionNode(message.content) : this.#endedAnswer(message, false).node);
        const further = this.#earlierButton(page.earlier);
        const fromEnd = this.#scroller.scrollHeight - this.#scroller.scrollTop;
        this.#follows = false;
        button.replaceWith(...further, ...nodes);
        this.#scroller.scrollTop = this.#scroller.scrollHeight - fromEnd;
        (further[0] ?? this.#log).focus({ preventScroll: true });
        this.#announce(`${nodes.length} earlier messages are shown above.`);
    }

    /** Asks a question. */
    send(text) {
        this.#log.append(questionNode(text));
        this.#askFor({ text });
    }

    /** Asks the last question again. */
    retry() {
        if (!this.#busy) this.#askFor({ retry: true });
    }

    /** Ends the answer being written. */
    async stop() {
        if (this.#generation) await stopGeneration(this.#generation).catch(() => {});
    }

    #askFor(body) {
        const id = this.#id;
        this.#previous = this.#answer;
        const answer = this.#newAnswer(this.#events.model().simulated);
        answer.begin();
        this.#scrollToEnd(true);
        this.#run((signal) => ask(id, body, signal), answer, body.text);
    }

    async #run(open, answer, text) {
        const id = this.#id;
        this.#abort = new AbortController();
        const { signal } = this.#abort;
        this.#setBusy(true);
        try {
            await this.#follow(open, answer, signal);
        } catch (error) {
            if (signal.aborted) return;
            this.#fail(error, answer, text);
        } finally {
            if (!signal.aborted && this.#id === id) {
                this.#generation = null;
                this.#setBusy(false);
            }
        }
    }

    /** Reads events to the end, coming back where the connection breaks. */
    async #follow(open, answer, signal) {
        let position = 0;
        for (let attempt = 0; ; attempt += 1) {
            for await (const event of open(signal)) {
                if (signal.aborted) return;
                position = event.id;
                if (this.#take(event, answer)) return;
                attempt = 0;
            }
            if (!this.#generation || attempt >= reconnectAttempts) {
                throw new ApiError(0, { code: "cut", detail: "The connection broke off." });
            }
            await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt));
            const generation = this.#generation;
            open = () => followGeneration(generation, position, signal);
        }
    }

    /** Takes one event in; true when it was the last. */
    #take({ name, data }, answer) {
        switch (name) {
        case "start":
            this.#generation = data.generationId;
            this.#previous?.settle();
            this.#previous = null;
            this.#events.began(data);
            return false;
        case "delta":
            answer.add(data.text);
            this.#announceProgress();
            return false;
        case "done":
            answer.end({ ...data, mayRetry: true });
            this.#announce(data.status === "complete" ? `Answer: ${answer.plainText.slice(0, announcedLength)}` : "The answer was stopped.");
            return true;
        case "error":
            answer.end({ status: "error", message: data.message, mayRetry: true });
            this.#announce(`The answer failed. ${data.message}`);
            return true;
        default:
            return false;
        }
    }

    #fail(error, answer, text) {
        const problem = error instanceof ApiError ? error : new ApiError(0, { detail: "Something went wrong in this page." });
        if (!(error instanceof ApiError)) console.error(error);
        if (!this.#generation && text) {
            // The question never arrived: it goes back to where it was written.
            answer.node.previousElementSibling?.remove();
            answer.node.remove();
            this.#answer = this.#previous;
        } else {
            answer.end({ status: "error", message: problem.message, mayRetry: true });
        }
        this.#announce(problem.message);
        this.#events.failed(problem, this.#generation ? null : text);
    }

    /** An answer as it is stored. One whose end could not be stored was interrupted. */
    #endedAnswer(message, isLast) {
        const answer = new AnswerView({
            simulated: message.simulated, label: this.#events.model().label, onRetry: () => this.retry(),
        });
        answer.set(message.content);
        const status = message.status === "streaming" ? "interrupted" : message.status;
        answer.end({ ...message, status, mayRetry: isLast });
        return answer;
    }

    #newAnswer(simulated) {
        const answer = new AnswerView({
            simulated, label: this.#events.model().label, onRetry: () => this.retry(), onGrow: () => this.#scrollToEnd(false),
        });
        this.#log.append(answer.node);
        this.#answer = answer;
        return answer;
    }

    #leave(id) {
        this.#abort?.abort();
        this.#abort = null;
        this.#generation = null;
        this.#answer = null;
        this.#previous = null;
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
