// The chat's HTTP interface: JSON one way, JSON or server-sent events the other.

/** A refusal or failure; `message` is a sentence for the person. */
export class ApiError extends Error {
    constructor(status, problem = {}) {
        super(problem.detail ?? "The chat did not understand the answer of its server.");
        this.status = status;
        this.code = problem.code ?? problem.type?.split(":").at(-1) ?? "unknown";
        this.hint = problem.hint ?? "";
        this.requestID = problem.requestId ?? "";
        this.retryable = problem.retryable ?? (status === 0 || status === 429 || status >= 500);
    }

    /** The session has ended: only signing in again helps. */
    get isSignedOut() {
        return this.status === 401;
    }
}

async function send(method, path, { body, signal, accept = "application/json" } = {}) {
    const headers = { accept };
    if (body !== undefined) headers["content-type"] = body.type || "application/json";
    let response;
    try {
        response = await fetch(path, {
            method, headers, signal, body: body === undefined || body instanceof Blob ? body : JSON.stringify(body),
            credentials: "same-origin", cache: "no-store", redirect: "manual",
        });
    } catch (error) {
        if (error.name === "AbortError") throw error;
        throw new ApiError(0, { code: "offline", detail: "The chat cannot be reached. Check your connection." });
    }
    // The gateway sends a browser without a session to the sign-in page; a script must not follow it there.
    if (response.type === "opaqueredirect" || response.status === 401) {
        throw new ApiError(401, { code: "signed-out", detail: "Your session has ended." });
    }
    if (!response.ok) {
        const problem = await response.json().catch(() => ({ detail: `The chat answered with the status ${response.status}.` }));
        throw new ApiError(response.status, problem);
    }
    return response;
}

const json = async (...request) => (await send(...request)).json();

/** Who is signed in, which model answers, and what the limits are. */
export const me = () => json("GET", "/api/me");

/** The user's conversations, newest first. */
export const listConversations = async () => (await json("GET", "/api/conversations")).conversations;

export const createConversation = () => json("POST", "/api/conversations", { body: {} });

/**
 * A conversation with its newest messages, or with those before `before`, and, while one is being written, the id of the
 * answer. `earlier` is what to ask for to get the messages before these, if there are any.
 */
export const showConversation = (id, before) =>
    json("GET", `/api/conversations/${id}${before ? `?before=${before}` : ""}`);

/** Changes any of `title`, `pinned`, `instructions` and `shownMessage`. */
export const changeConversation = (id, change) => json("PATCH", `/api/conversations/${id}`, { body: change });

export const deleteConversation = (id) => send("DELETE", `/api/conversations/${id}`);

/** Deletes everything; the identifiers of what was deleted. */
export const deleteConversations = async () => (await json("DELETE", "/api/conversations")).deleted;

/** Takes a deletion back. */
export const restoreConversation = (id) => json("POST", `/api/conversations/${id}/restore`);

export const search = async (query, signal) =>
    (await json("GET", `/api/search?q=${encodeURIComponent(query)}`, { signal })).results;

/** Brings conversations in from a file that was exported; the conversations as they are here. */
export const importConversations = async (file) => (await json("POST", "/api/import", { body: file })).imported;

/** Keeps a file for a message that is still to be sent. */
export const attach = (id, file) => json("POST", `/api/conversations/${id}/attachments?name=${encodeURIComponent(file.name)}`, {
    body: new Blob([file], { type: "application/octet-stream" }),
});

/** Everybody's usage of the last `days` days, for administrators. */
export const usageReport = (days) => json("GET", `/api/admin/usage?days=${days}`);

/** What the user's own answers of today have taken. */
export const ownUsage = () => json("GET", "/api/usage");

export const stopGeneration = (id) => send("POST", `/api/generations/${id}/stop`);

/**
 * Asks, and yields the events of the answer: `{text}` for a new question, `{text, edits}` for another wording of one,
 * `{text, attachments}` with files (their identifiers, between commas),
 * `{retry: true}` for the last one again, `{again}` for another answer, `{continue: true}` for more of the last one.
 */
export const ask = (id, body, signal) => events("POST", `/api/conversations/${id}/messages`, { body, signal });

/** Follows an answer that is being written, from a position on. */
export const followGeneration = (id, after, signal) =>
    events("GET", `/api/generations/${id}/events?after=${after}`, { signal });

async function* events(method, path, options) {
    const response = await send(method, path, { ...options, accept: "text/event-stream" });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    try {
        while (true) {
            const { value, done } = await reader.read();
            if (done) return;
            const frames = (rest + value).split("\n\n");
            rest = frames.pop();
            for (const frame of frames) {
                const event = parseFrame(frame);
                if (event) yield event;
            }
        }
    } catch (error) {
        if (error.name === "AbortError") throw error;
        // A broken connection reads as the end: the caller sees that neither `done` nor `error` came.
    } finally {
        reader.cancel().catch(() => {});
    }
}

function parseFrame(frame) {
    const event = {};
    for (const line of frame.split("\n")) {
        const colon = line.indexOf(":");
        if (colon > 0) event[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
    }
    return event.data === undefined ? null : { id: Number(event.id), name: event.event, data: JSON.parse(event.data) };
}
