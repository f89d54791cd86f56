"""What can be asked: the YAML files as strict, frozen structures.

Every structure forbids unknown keys; the reader turns what does not fit into a `Problem` with
file, line and path. Checks that need more than one field are in `quizapp.content.lint`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

Kind: TypeAlias = Literal[
    "integer",
    "shape",
    "real",
    "vector",
    "matrix",
    "choice",
    "choices",
    "ordering",
    "formula",
    "text",
]

Points: TypeAlias = Annotated[float, Meta(gt=0, le=20, multiple_of=0.5)]
Key: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
Week: TypeAlias = Annotated[int, Meta(ge=2, le=12)]  # 12 is "beyond"
BEYOND = 12
ENOUGH_IDEAS = 4  # key ideas of an interview question that give full marks

# A number, a word, or nested lists of them: what a solver takes and gives. msgspec knows no
# recursive aliases, so at run time the lists nest four deep.
if TYPE_CHECKING:
    Given: TypeAlias = "int | float | bool | str | list[Given]"
else:
    Given = int | float | bool | str
    for _ in range(4):
        Given = int | float | bool | str | list[Given]


class Problem(Struct, frozen=True, order=True):
    """One thing wrong in a question folder."""

    file: str
    line: int
    path: str  # where in the file: questions[3].parts[0].kind
    message: str  # what is wrong and what would be right

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


# --------------------------------------------------------------------------- questions

# A group is a list of alternatives, one of which must be found; an alternative is one or more
# stems, all of which must occur; `*` ends a prefix.
Group: TypeAlias = tuple[str, ...]


class Criterion(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a rubric.

    ``evidence`` holds word groups for `quizapp.marking.rubric.suggest`. On a numeric part a
    criterion is partial credit, earned when the response's ``entries`` (positions in the
    shape) are right, or when the response is what one of the ``misconceptions`` gives.
    """

    id: Key
    points: Points
    credit: str
    evidence: tuple[Group, ...] = ()
    contradicted_by: tuple[Group, ...] = ()
    opposite_of: str = ""  # the sibling criterion this one is easily swapped with
    also_met_by: dict[str, str] = {}  # other questions whose model answers say the same, and why
    entries: tuple[int, ...] = ()
    misconceptions: tuple[str, ...] = ()


class Option(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One line of a choice, choices or ordering part."""

    id: Key
    text: str


class Name(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A name the learner may use in a formula.

    One source: ``shape`` (drawn at random; () is a scalar), ``size`` (one of the drawn sizes) or
    ``quantity`` (what the solver computes; its ``shape`` is given too). A name with a ``family``
    stands for one array per index: ``W_i^Q`` with family h is W_1^Q … W_h^Q, stacked for the
    solver.

    A drawn array fills the solver input of its own name, or ``input``. A size is handed to the
    solver only where ``input`` says so. ``identity`` is never handed over.
    """

    shape: tuple[str, ...] | None = None
    size: str = ""
    quantity: str = ""
    input: str = ""  # the solver input this fills, where its name differs
    draw: Literal["real", "whole", "even", "adjacency", "identity"] = "real"
    low: float = -2
    high: float = 2
    family: str = ""  # indexed by this size: head_1 … head_h, W_i^Q
    also: tuple[str, ...] = ()  # other spellings: dk for d_k
    otherwise: str = ""  # a second meaning, tried when the first does not make the formula right
    about: str = ""  # shown with the names


class Target(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One formula asked for, and the solver quantity it must equal.

    Several targets are answered on separate lines, told apart by their left-hand sides
    (``label``), else by their order. A target that ``defines`` a name is the definition of that
    name (``head_i = …``): the other targets are marked with the solver's own quantity for the
    name, so that each earns its points alone. Who writes the definition into the formula needs
    no line of its own.
    """

    ask: str
    label: str = ""  # PE(pos, 2i)
    points: Points | None = None  # of the part's points; by default shared equally
    defines: str = ""  # the name (with quantity ``ask``) that this target spells out: head_i
    forgives: tuple[str, ...] = ()  # misconceptions that are said here but cost nothing


class Formula(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a formula part is checked: equal to the solver on many random inputs.

    Worked examples of every feature: tests/marking/formula_parts.yaml.
    """

    solver: str
    targets: tuple[Target, ...]
    names: dict[str, Name]
    sizes: dict[str, tuple[int, int]] = {}  # each size and the range it is drawn from
    products: dict[str, tuple[str, ...]] = {}  # sizes that are products of others: {d: [h, d_k]}
    functions: dict[str, str] = {}  # spellings allowed here only: {σ: relu, Attention: attention}
    given: dict[str, Given] = {}


class Part(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One answer box of a question."""

    id: Key
    points: Points
    kind: Kind
    prompt: str = ""
    title: str = ""  # a few words: "the steps"
    ask: str = ""  # the solver's quantity
    follows: str = ""  # the earlier part whose answer this one uses (follow-through)
    decimals: Annotated[int, Meta(ge=0, le=10)] | None = None
    significant: Annotated[int, Meta(ge=1, le=10)] | None = None
    proportion: bool = False  # 73.11% may be typed for 0.7311
    axes: tuple[str, ...] = ()  # of a shape: its sides in the order asked; else H × W × channels
    options: tuple[Option, ...] = ()
    answer: tuple[Key, ...] = ()  # of choice, choices, ordering: the right option ids
    formula: Formula | None = None
    model_answer: str = ""
    rubric: tuple[Criterion, ...] = ()


Number: TypeAlias = int | float
Side: TypeAlias = int | str  # a number, or the name of a drawn size


class Draw(
    Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"exclude": "not"}
):
    """How one input of a template is drawn.

    One of ``choice``, ``range`` (low to high in steps; whole numbers when all three are),
    ``graph`` (a symmetric 0/1 adjacency matrix of so many nodes), ``one_hot`` and
    ``permutation`` (of so many entries). With ``shape``, an array of such draws.
    """

    choice: tuple[Given, ...] = ()
    range: tuple[Number, Number] | None = None
    step: Number = 1
    exclude: tuple[Number, ...] = ()  # in YAML: not
    shape: tuple[Side, ...] = ()
    distinct: bool = False  # the entries of an array all differ
    graph: Side | None = None
    edges: tuple[int, int] | None = None  # of a graph: how many, from and to
    connected: bool = True
    one_hot: Side | None = None
    permutation: Side | None = None


class Question(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing that can be asked, with points, a week, concepts and parts."""

    id: Key
    title: str
    week: Week
    points: Points
    concepts: tuple[Key, ...]
    prompt: str
    parts: tuple[Part, ...]
    solver: str = ""
    given: dict[str, Given] = {}  # the numbers as printed
    draw: dict[str, Draw] = {}  # fresh numbers in their place
    sizes: dict[str, Draw] = {}  # drawn first, for shapes and prompts; no solver inputs
    set: dict[str, str] = {}  # inputs that copy another drawn one: {width: height}

    def part(self, part_id: str) -> Part:
        """The part with this id; raises KeyError."""
        for part in self.parts:
            if part.id == part_id:
                return part
        raise KeyError(part_id)


class Template(Question, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A numeric question whose numbers are drawn; questions/numeric/<topic>.yaml lists them."""

    difficulty: Annotated[int, Meta(ge=1, le=3)]
    title: str = ""
    points: Points = 1  # always the sum of its parts
    rare: dict[str, str] = {}  # misconceptions live on few variants, each with the reason
    small: str = ""  # why there are few distinct variants, where that is so

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "points", sum(part.points for part in self.parts))
        if not self.title:
            msgspec.structs.force_setattr(self, "title", self.id)


class Exam(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """questions/exam.yaml"""

    title: str
    minutes: Annotated[int, Meta(ge=1, le=600)]
    questions: tuple[Question, ...]

    @property
    def points(self) -> float:
        return sum(question.points for question in self.questions)


# ------------------------------------------------------------------------------- weeks


class ChecklistItem(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One "I can …" of a week."""

    id: Key
    claim: str  # starts with "I can"
    concepts: tuple[Key, ...]
    questions: tuple[Key, ...] = ()  # practice questions that test it directly: q04


class Note(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One section of a week's study notes, in Markdown a terminal can show."""

    title: str
    concepts: tuple[Key, ...] = ()
    body: str


class Resource(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something to watch or read outside quizapp; ticked by the learner like a checklist item."""

    id: Key  # watch-illustrated-transformer
    title: str
    kind: Literal["watch", "read", "course"]
    series: str  # what it belongs to: Transformers
    order: Annotated[int, Meta(ge=1)]  # within the series
    url: str = ""  # where there is none: named only
    concepts: tuple[Key, ...] = ()


class WeekFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """questions/weeks/week-NN.yaml, and beyond.yaml"""

    week: Week
    title: str
    insight: str  # the one sentence to remember
    checklist: tuple[ChecklistItem, ...]
    notes: tuple[Note, ...]
    resources: tuple[Resource, ...] = ()

    @property
    def name(self) -> str:
        """ "week 4", or "beyond" for what no week teaches."""
        return "beyond" if self.week == BEYOND else f"week {self.week}"

    @property
    def topic(self) -> str:
        """The title without the course's heading: "Convolution and filters"."""
        topic = self.title.rpartition(" — ")[2]
        return topic[:1].upper() + topic[1:]


# --------------------------------------------------------------------------- interview


class InterviewQuestion(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A short question with a model answer and the key ideas looked for in a response.

    Each idea counts one point; four give full marks, or all where there are fewer.
    """

    id: Key  # iv-01
    title: str  # a few words
    origin: str  # where it comes from: guide, checkpoint, outcome
    week: Week
    concepts: tuple[Key, ...]
    prompt: str
    model_answer: str
    ideas: tuple[Criterion, ...]

    @property
    def question(self) -> Question:
        """The same, as a question with one text part, so that it is answered and marked alike."""
        part = Part(
            id="a",
            points=min(len(self.ideas), ENOUGH_IDEAS),
            kind="text",
            model_answer=self.model_answer,
            rubric=self.ideas,
        )
        return Question(
            id=self.id,
            title=self.title,
            week=self.week,
            points=part.points,
            concepts=self.concepts,
            prompt=self.prompt,
            parts=(part,),
        )


class Interview(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """questions/interview.yaml"""

    title: str
    questions: tuple[InterviewQuestion, ...]


# -------------------------------------------------------------------------------- bank


class Library(Struct, frozen=True):
    """Everything that can be asked, from one or more folders."""

    exam: Exam
    weeks: tuple[WeekFile, ...]
    interview: tuple[InterviewQuestion, ...] = ()
    problems: tuple[Problem, ...] = ()  # of files that were left out

    def question(self, question_id: str) -> Question:
        """The practice question with this id; raises KeyError."""
        for question in self.exam.questions:
            if question.id == question_id:
                return question
        raise KeyError(question_id)

    def week(self, number: int) -> WeekFile:
        """The week with this number; raises KeyError."""
        for week in self.weeks:
            if week.week == number:
                return week
        raise KeyError(number)


class TemplateSet(Struct, frozen=True):
    """Every template, from one or more folders."""

    templates: tuple[Template, ...]
    problems: tuple[Problem, ...] = ()  # of files that were left out

    def template(self, template_id: str) -> Template:
        """The template with this id; raises KeyError."""
        for template in self.templates:
            if template.id == template_id:
                return template
        raise KeyError(template_id)
