"""What we rely on inside Rasa, each point held by a test of its own."""

import os
from importlib.metadata import version
from pathlib import Path

import pytest

from bot.assistant import LONGEST, Assistant, neutral
from bot.graph_runner import PlainGraphRunner
from bot.training import ModelAltered, checked, fingerprint


def test_the_versions_are_those_whose_inside_we_know() -> None:
    assert (version("rasa"), version("rasa-sdk")) == ("3.6.21", "3.8.0")


def test_telemetry_is_off_before_rasa_is_imported(assistant: Assistant) -> None:
    assert os.environ["RASA_TELEMETRY_ENABLED"] == "false"


@pytest.mark.parametrize(
    "text", ["/restart", "  /stop", "//greet", '/greet{"a": 1}', "/session_start", "\u200b/restart", "/"]
)
def test_a_leading_slash_is_no_command(assistant: Assistant, text: str) -> None:
    assert not neutral(text).startswith("/")
    assert assistant.understand(text).intent not in {"restart", "session_start"}


@pytest.mark.parametrize("text", ["", "   ", "\n", "😀😀", "...", "/"])
def test_a_text_without_words_means_nothing(assistant: Assistant, text: str) -> None:
    understood = assistant.understand(text)
    assert (understood.intent, understood.confidence) == ("out_of_scope", 0.0)


def test_a_huge_text_is_looked_at_in_part(assistant: Assistant) -> None:
    assert len(neutral("a" * 100_000)) == LONGEST


def test_the_plain_runner_gives_what_dask_gives(assistant: Assistant) -> None:
    from rasa.core.channels.channel import UserMessage
    from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.shared.core.trackers import DialogueStateTracker

    processor = assistant._processor
    plain = processor.graph_runner
    assert isinstance(plain, PlainGraphRunner)
    dask = DaskGraphRunner.__new__(DaskGraphRunner)
    dask._graph_schema, dask._instantiated_nodes, dask._execution_context = plain._schema, plain._nodes, None
    target = processor.model_metadata.nlu_target

    def run(runner: PlainGraphRunner, text: str) -> object:
        tracker = DialogueStateTracker.from_events("somebody", [])
        inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text)], PLACEHOLDER_TRACKER: tracker}
        [message] = runner.run(inputs=inputs, targets=[target])[target]
        return message.as_dict(only_output_properties=True)

    for text in ("wages are late", "STOP", "দুই মাস বেতন নাই", "12"):
        ours, theirs = run(plain, text), run(dask, text)
        assert ours == theirs


def test_an_altered_model_is_refused(tmp_path: Path) -> None:
    model = tmp_path / f"{fingerprint()}.tar.gz"
    model.write_bytes(b"not what was trained")
    with pytest.raises(ModelAltered):
        checked(model)
