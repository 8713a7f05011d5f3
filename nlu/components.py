"""Rasa graph components: each wraps one pure part of `nlu/` and leaves its result in the message's output.

The order in `bot/config.yml` is the order they need: keywords, language, meaning, redaction.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu import triage
from nlu.features import language_features, understanding_features
from nlu.keywords import Keywords
from nlu.language import LanguageModel, decide
from nlu.languages import Languages, Phrase, load_languages
from nlu.lexicon import DangerLexicon
from nlu.linear_model import LinearModel
from nlu.meaning import MeaningModel, danger_phrases
from nlu.normalise import clean, has_letters, words_of
from nlu.redact import PersonalWords, Redactor

_ROOT = Path(__file__).parent.parent
_CLASSIFIER = DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER
_POSSIBLE_LANGUAGE = 0.03
_KEYWORDS_FILE, _SCRIPTS_FILE = "keywords.json", "scripts.json"


class _Component(GraphComponent):
    """What our components share: the language folders they are built from, and where they are stored."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self.config = config
        self.storage = storage
        self.resource = resource

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The folder of the languages, from the root of the project."""
        return {"languages": "bot/languages"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa checks for this name
    ) -> Self:
        """Make an untrained component, as Rasa asks for it."""
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The language folders and our own code: Rasa's cache cannot see that either has changed."""
        folder = _ROOT / {**cls.get_default_config(), **config}["languages"]
        digest = hashlib.sha256()
        for path in sorted([*folder.rglob("*.yml"), *Path(__file__).parent.glob("*.py")]):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def process(self, messages: list[Message]) -> list[Message]:
        """Read each message."""
        for message in messages:
            for name, value in self.read(message).items():
                message.set(name, value, add_to_output=True)
        return messages

    def read(self, message: Message) -> Mapping[str, Any]:
        """The properties this component adds to a message."""
        raise NotImplementedError

    def languages(self) -> Languages:
        """The language folders."""
        return load_languages(_ROOT / self.config["languages"])


@DefaultV1Recipe.register(_CLASSIFIER, is_trainable=True)
class KeywordClassifier(_Component):
    """STOP and the other bare keywords."""

    keywords: Keywords

    def train(self, training_data: TrainingData) -> Resource:
        """Keep the keywords of all languages in the model."""
        self.keywords = Keywords.of(self.languages())
        with self.storage.write_to(self.resource) as folder:
            (folder / _KEYWORDS_FILE).write_text(json.dumps(self.keywords.as_data(), ensure_ascii=False), "utf-8")
        return self.resource

    @classmethod
    def load(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, **_context: Any) -> Self:
        """Read the keywords from the model."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component.keywords = Keywords.from_data(json.loads((folder / _KEYWORDS_FILE).read_text("utf-8")))
        return component

    def read(self, message: Message) -> Mapping[str, Any]:
        """Set the intent when the whole message is a keyword."""
        keyword = self.keywords.match(str(message.get("text") or ""))
        if keyword is None:
            return {"keyword": False}
        intent = {"name": keyword.intent, "confidence": 1.0}
        return {"keyword": True, "keyword_meaning": keyword.meaning, "intent": intent, "intent_ranking": [intent]}


@DefaultV1Recipe.register(_CLASSIFIER, is_trainable=True)
class LanguageIdentifier(_Component):
    """Language and script; takes what is known of the conversation from the message's metadata."""

    model: LanguageModel

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the phrases of all languages."""
        examples = [(e.get("text"), _about(e)["language"]) for e in training_data.intent_examples]
        texts, tags = [text for text, _ in examples], [tag for _, tag in examples]
        self.model = LanguageModel.fit(texts, tags, self.languages())
        with self.storage.write_to(self.resource) as folder:
            self.model.model.save(folder)
            (folder / _SCRIPTS_FILE).write_text(json.dumps(self.model.scripts), "utf-8")
        return self.resource

    @classmethod
    def load(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, **_context: Any) -> Self:
        """Read the model."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            scripts = json.loads((folder / _SCRIPTS_FILE).read_text("utf-8"))
            component.model = LanguageModel(LinearModel.load(language_features, folder), scripts)
        return component

    def read(self, message: Message) -> Mapping[str, Any]:
        """Metadata may hold `chosen_language`, `language` (the conversation's) and `factory_languages`."""
        known = message.get("metadata") or {}
        evidence = self.model.evidence(str(message.get("text") or ""))
        decision = decide(
            evidence,
            chosen=known.get("chosen_language"),
            current=known.get("language"),
            usual=known.get("factory_languages") or (),
        )
        return {
            "language": decision.language,
            "language_confidence": decision.confidence,
            "language_doubtful": decision.is_doubtful,
            "language_probabilities": dict(evidence.probabilities),
            "script": evidence.script,
        }


@DefaultV1Recipe.register(_CLASSIFIER, is_trainable=True)
class UnderstandingClassifier(_Component):
    """Intent, category and severity."""

    model: MeaningModel
    lexicon: DangerLexicon
    # A text without a letter has no meaning to a classifier, and must never get a confident one.
    _NOTHING: ClassVar[dict[str, Any]] = {"name": "out_of_scope", "confidence": 0.0}

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """How strongly the model may fit its phrases."""
        return {**_Component.get_default_config(), "regularisation": 20.0}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the phrases of all languages."""
        phrases = [_phrase(example) for example in training_data.intent_examples]
        phrases += danger_phrases(self.languages())
        self.model = MeaningModel.fit(phrases, regularisation=self.config["regularisation"])
        with self.storage.write_to(self.resource) as folder:
            self.model.model.save(folder)
        return self.resource

    @classmethod
    def load(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, **_context: Any) -> Self:
        """Read the model; the danger words come from the folders, so that a correction counts at once."""
        component = cls(config, model_storage, resource)
        component.lexicon = DangerLexicon(component.languages())
        with model_storage.read_from(resource) as folder:
            component.model = MeaningModel(LinearModel.load(understanding_features, folder))
        return component

    def read(self, message: Message) -> Mapping[str, Any]:
        """Leave a keyword's intent alone; else decide from shares and dangers."""
        text = str(message.get("text") or "")
        if message.get("keyword"):
            return {}
        if not has_letters(text):
            return {"intent": dict(self._NOTHING), "intent_ranking": []}
        shares, dangers = self.model.shares(text), self.lexicon.find(text, _possible(message))
        decision = triage.decide(shares, dangers, len(words_of(clean(text))))
        ranking = sorted(shares.intents.items(), key=lambda item: -item[1])
        return {
            "intent": {"name": decision.intent, "confidence": decision.confidence},
            "intent_ranking": [{"name": name, "confidence": share} for name, share in ranking],
            "category": decision.category,
            "category_confidence": decision.category_confidence,
            "second_category": decision.second_category,
            "severity": decision.severity,
            "danger": decision.is_danger,
            "danger_named": any(not danger.is_negated for danger in dangers),
        }


@DefaultV1Recipe.register(_CLASSIFIER, is_trainable=False)
class PersonalDataMasker(_Component):
    """The text as people may read it; the country of the number comes from the message's metadata."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        """Compile the announcing words of all languages."""
        super().__init__(config, storage, resource)
        self.redactor = Redactor(PersonalWords.of(self.languages()))

    def read(self, message: Message) -> Mapping[str, Any]:
        """Mask personal data."""
        country = (message.get("metadata") or {}).get("country")
        return {"redacted": self.redactor.redact(str(message.get("text") or ""), country)}


def _possible(message: Message) -> set[str]:
    """The languages the text may be in; the rest are left out of the lexicons."""
    shares: dict[str, float] = message.get("language_probabilities") or {}
    return {tag for tag, share in shares.items() if share >= _POSSIBLE_LANGUAGE}


def _about(example: Message) -> dict[str, Any]:
    metadata: dict[str, Any] = (example.get("metadata") or {}).get("intent") or {}
    return metadata


def _phrase(example: Message) -> Phrase:
    about = _about(example)
    return Phrase(example.get("text"), example.get("intent"), about.get("category"), about.get("severity"))
