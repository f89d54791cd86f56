"""The four formulas of the practice exam in the spellings of many hands, right and wrong."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from quizapp.content.model import Part
from quizapp.marking.formula import format_error, grade_formula, read_as
from quizapp.marking.grade import PartGrade
from quizapp.solving import here

PARTS = {
    name: msgspec.convert(part, Part)
    for name, part in yaml.safe_load(
        (Path(__file__).parent / "formula_parts.yaml").read_text(encoding="utf-8")
    ).items()
}
ATTENTION = "scaled-dot-product-attention"
HEADS = "multi-head-attention"
POSITIONS = "positional-encoding"
GRAPH = "gcn-normalised"


def graded(part: str, text: str) -> PartGrade:
    return here(grade_formula(PARTS[part], text))


RIGHT = {
    ATTENTION: [
        "softmax(Q @ K.T / sqrt(d_k)) @ V",
        "softmax(QK^T/√d_k)V",
        "softmax(Q K^T / √d_k) V",
        "softmax(QKᵀ/√d_k)·V",
        "softmax(QKᵀ/√dₖ)V",
        "softmax(QKT/√d_k)V",
        "softmax(Q.K^T/√d_k).V",
        "softmax(QK'/sqrt(dk))V",
        "Softmax(Q*K^T/sqrt(d_k))*V",
        "SOFTMAX(Q·Kᵀ ÷ √(d_k)) × V",
        "softmax((Q @ transpose(K)) / d_k^0.5) @ V",
        "softmax(Q K^T / d_k^(1/2)) V",
        "softmax(Q K^T d_k^-1/2) V",
        "softmax(QK^T/d_k**0.5)V",
        "softmax(QK^T/d_k^½)V",
        "softmax(1/√d_k QK^T)V",
        "softmax(Q K^{T} / \\sqrt{d_k}) V",
        "\\text{softmax}\\left(\\frac{QK^\\top}{\\sqrt{d_k}}\\right)V",
        "$$\\mathrm{softmax}\\!\\left(\\frac{Q K^{T}}{\\sqrt{d_{k}}}\\right) V$$",
        "Attention(Q,K,V) = softmax(QK^T/√d_k)V",
        "Attention(Q, K, V) = softmax( (QK^T) / (√d_k) ) V.",
        "A = softmax(QK^T/sqrt(d_k)) V",
        "S = QK^T/√d_k; A = softmax(S); O = A V",
        "scores = Q K^T / √d_k\nweights = softmax(scores)\noutput = weights V",
        "softmax(S)V where S = QK^T/√d_k",
        "softmax_row(QK^T/√d_k)V",
        "softmax(Q @ K.T / np.sqrt(d_k), axis=-1) @ V",
        "torch.softmax(torch.matmul(Q, K.transpose(-2, -1)) / math.sqrt(d_k), dim=-1) @ V",
        "F.softmax(Q.matmul(K.T) / math.sqrt(d_k), dim=1).matmul(V)",
        "softmax([Q K^T] / √d)V",
        "q = softmax(q k^T / sqrt(d_k)) v",
        "(V^T softmax(QK^T/√d_k)^T)^T",
        "softmax(QK^T/√d_k)V, with Q = XW_Q, K = XW_K, V = XW_V",
        "softmax(QK^T/√d_k)V where d_k is the width of the keys",
    ],
    HEADS: [
        "Concat(head_1..h)W^O, head_i = Attention(QW_i^Q, KW_i^K, VW_i^V)",
        "Concat(head_1, ..., head_h) W_O where head_i = Attention(Q W_i^Q, K W_i^K, V W_i^V)",
        "Concat(head_1, …, head_h)W^O\nhead_i = Attention(QW_i^Q, KW_i^K, VW_i^V)",
        "concat(head_1,...,head_h) @ W_o; head_i = attention(Q@W_i^Q, K@W_i^K, V@W_i^V)",
        "[head_1; ...; head_h]W^O with head_i = Attention(QW_i^Q, KW_i^K, VW_i^V)",
        "[head_1, ..., head_h] W^O and head_i = Attention(QW_i^Q, KW_i^K, VW_i^V)",
        "[head_1 || ... || head_h] W^O, head_i = Attention(QW_i^Q, KW_i^K, VW_i^V)",
        "(head_1 ∥ … ∥ head_h) W^O, head_i = Attention(QW_i^Q, KW_i^K, VW_i^V)",
        "Concat(head_i) W^O, head_i = Attention(Q W_i^Q, K W_i^K, V W_i^V)",
        "Concat(head_1..h) W^O where each head_i = Attention(Q W_i^Q, K W_i^K, V W_i^V)",
        "Concat(heads) WO, head_i = Attention(Q WiQ, K WiK, V WiV)",
        "Concat_{i=1}^{h}(head_i) W^O, head_i = Attention(QW_i^Q, KW_i^K, VW_i^V)",
        "MultiHead(Q,K,V) = Concat(head_1,…,head_h)W^O, head_i = Attention(QW_i^Q,KW_i^K,VW_i^V)",
        "MultiHead(Q, K, V) = Concat(head_1, ..., head_h) W^O\n"
        "where head_i = Attention(Q W_{i}^{Q}, K W_{i}^{K}, V W_{i}^{V})",
        "Concat(head_1,...,head_h)W_O, head_i = Attention(QW^Q_i, KW^K_i, VW^V_i)",
        "Concat(head_1,...,head_h)W_O, head_i = Attention(QW_{i,Q}, KW_{i,K}, VW_{i,V})",
        "Concat(head_1,...,head_h)W_O, head_i = Attention(QW_Q^i, KW_K^i, VW_V^i)",
        "Concat(head_1,...,head_h)W_O, head_i = Attention(QW_Q^{(i)}, KW_K^{(i)}, VW_V^{(i)})",
        "Concat(head_1,...,head_h)W^O, head_j = Attention(QW_j^Q, KW_j^K, VW_j^V)",
        "Concat(head_1,...,head_h)W^O, head_i = softmax(Q W_i^Q (K W_i^K)^T / √d_k) V W_i^V",
        "Concat(head₁,…,headₕ)Wᴼ, headᵢ = Attention(QWᵢ^Q, KWᵢᴷ, VWᵢⱽ)",
        "Concat(head1, ..., headh) W^O, head_i = Attention(QW_i^Q, KW_i^K, VW_i^V)",
        "Concat(head_1, head_2, ..., head_h) W^O, head_i = Attention(QW_i^Q, KW_i^K, VW_i^V)",
        "Concat(Attention(QW_1^Q,KW_1^K,VW_1^V), ..., Attention(QW_h^Q,KW_h^K,VW_h^V)) W^O",
        "head_i = Attention(QW_i^Q, KW_i^K, VW_i^V); MultiHead = Concat(head_1..head_h) W^O",
        "\\text{Concat}(\\text{head}_1, \\ldots, \\text{head}_h) W^O \\\\"
        "\\text{head}_i = \\text{Attention}(Q W_i^Q, K W_i^K, V W_i^V)",
        "Q_i = Q W_i^Q; K_i = K W_i^K; V_i = V W_i^V; head_i = Attention(Q_i, K_i, V_i);"
        " Concat(head_1..h) W^O",
        "Attention(Q,K,V) = softmax(QK^T/√d_k)V\nhead_i = Attention(QW_i^Q, KW_i^K, VW_i^V)\n"
        "MultiHead(Q,K,V) = Concat(head_1, ..., head_h)W^O",
    ],
    POSITIONS: [
        "PE(pos,2i) = sin(pos/10000^(2i/d))\nPE(pos,2i+1) = cos(pos/10000^(2i/d))",
        "PE(pos,2i) = np.sin(pos / 10000**(2*i/d)); PE(pos,2i+1) = np.cos(pos / 10000**(2*i/d))",
        "PE(pos,2i)=sin(pos/10000**(2*i/d_model)), PE(pos,2i+1)=cos(pos/10000**(2*i/d_model))",
        "sin(pos/10000^(2i/d)), cos(pos/10000^(2i/d))",
        "sin(pos/10000^(2i/d)) and cos(pos/10000^(2i/d))",
        "sin(pos/10000^(2i/d)); cos(pos/10000^(2i/d))",
        "sin(pos/10000^(2i/d))\ncos(pos/10000^(2i/d))",
        "PE(pos,2i+1) = cos(pos/10000^(2i/d))\nPE(pos,2i) = sin(pos/10000^(2i/d))",
        "sin(pos/1e4^(2i/d)); cos(pos/1e4^(2i/d))",
        "sin(pos/10,000^(2i/d)); cos(pos/10,000^(2i/d))",
        "sin(pos/10^(8i/d)); cos(pos/10^(8i/d))",
        "sin(pos·10000^(-2i/d)); cos(pos·10000^(-2i/d))",
        "sin(pos * 10000^{-2i/d}); cos(pos * 10000^{-2i/d})",
        "PE_{(pos,2i)} = \\sin\\left(\\frac{pos}{10000^{2i/d}}\\right) \\\\ "
        "PE_{(pos,2i+1)} = \\cos\\left(\\frac{pos}{10000^{2i/d}}\\right)",
        "PE_(pos,2i) = sin(pos/10000^(2i/d)), PE_(pos,2i+1) = cos(pos/10000^(2i/d))",
        "PE[pos, 2i] = sin(pos/10000^(2i/d)); PE[pos, 2i+1] = cos(pos/10000^(2i/d))",
        "sin(pos/10000^(2i/d)) for even dimensions, cos(pos/10000^(2i/d)) for odd dimensions",
        "even: sin(pos/10000^(2i/d))\nodd: cos(pos/10000^(2i/d))",
        "odd: cos(pos/10000^(2i/d))\neven: sin(pos/10000^(2i/d))",
        "a = pos/10000^(2i/d); sin(a); cos(a)",
        "sin(a), cos(a) where a = pos/10000^(2i/d)",
        "ω = 1/10000^(2i/d)\nPE(pos,2i) = sin(ω pos)\nPE(pos,2i+1) = cos(ω pos)",
        "PE(pos, 2i) = np.sin(pos / 10000**(2*i/d)); PE(pos, 2i+1) = np.cos(pos / 10000**(2*i/d))",
        "sin(p/10000^(2i/d)); cos(p/10000^(2i/d))",
        "sin(pos/(10000^(2i/d))); sin(pos/(10000^(2i/d)) + 3.141592653589793/2)",
        "sin(pos exp(-2i/d ln(10000))); cos(pos exp(-2i/d ln(10000)))",
    ],
    GRAPH: [
        "ReLU(D̂^-1/2 Â D̂^-1/2 X W)",
        "D̂^-1/2 Â D̂^-1/2 X W",
        "ReLU(D̂^(-1/2) Â D̂^(-1/2) X W)",
        "ReLU(D̂^{-1/2} Â D̂^{-1/2} X W)",
        "relu(D̂⁻½ÂD̂⁻½XW)",
        "relu(D̂⁻¹ᐟ²ÂD̂⁻¹ᐟ²XW)",
        "ReLU(D^-1/2 (A+I) D^-1/2 X W)",
        "D^-1/2 (A+I) D^-1/2 X W",
        "σ(D̂^-0.5 Â D̂^-0.5 X W)",
        "H' = σ(D̂^(-1/2) Â D̂^(-1/2) H W)",
        "H^(l+1) = σ(D̂^-1/2 Â D̂^-1/2 H^(l) W^(l))",
        "H^{(l+1)} = \\sigma(\\tilde{D}^{-\\frac{1}{2}} \\tilde{A} \\tilde{D}^{-\\frac{1}{2}}"
        " H^{(l)} W^{(l)})",
        "ReLU(D_hat^-1/2 A_hat D_hat^-1/2 X W)",
        "ReLU(D_hat^(-1/2) @ A_hat @ D_hat^(-1/2) @ X @ W)",
        "ReLU(Dhat^-1/2 Ahat Dhat^-1/2 XW)",
        "ReLU(D~^-1/2 A~ D~^-1/2 X W)",
        "ReLU(D^^-1/2 A^ D^^-1/2 X W)",
        "ReLU(D̃^-1/2 Ã D̃^-1/2 X W)",
        "ReLU(\\hat{D}^{-1/2}\\hat{A}\\hat{D}^{-1/2}XW)",
        "ReLU(D̂^-1/2 * Â * D̂^-1/2 * X * W)",
        "ReLU(D̂^-1/2 · (A + I) · D̂^-1/2 · X · W)",
        "relu(inv(sqrt(D)) (A + I) inv(sqrt(D)) X W)",
        "relu((1/√D̂) Â (1/√D̂) X W)",
        "H' = ReLU(D̂^-1/2 Â D̂^-1/2 X W) with Â = A + I and D̂ the degree matrix of Â",
        "H' = ReLU(D̂^-1/2 Â D̂^-1/2 X W), Â = A + I, D̂_ii = Σ_j Â_ij",
        "Â = A + I; D̂ = degree(Â); N = D̂^-1/2 Â D̂^-1/2; ReLU(N X W)",
        "S = D̂^-1/2 Â D̂^-1/2\nH' = ReLU(S X W)",
        "f(D̂^-1/2 Â D̂^-1/2 X W)",
        "max(0, D̂^-1/2 Â D̂^-1/2 X W)",
    ],
}


@pytest.mark.parametrize(
    ("part", "text"), [(part, text) for part, texts in RIGHT.items() for text in texts]
)
def test_right_in_many_spellings(part: str, text: str) -> None:
    result = graded(part, text)
    assert (result.verdict, result.points) == ("right", 1), result.feedback
    assert result.feedback.startswith("Right.")
    assert format_error(PARTS[part].formula, text) == ""  # type: ignore[arg-type]
    assert read_as(PARTS[part].formula, text) != ""  # type: ignore[arg-type]


@pytest.mark.parametrize("part", PARTS)
def test_at_least_25_spellings(part: str) -> None:
    assert len(set(RIGHT[part])) >= 25


@pytest.mark.parametrize("part", PARTS)
def test_the_model_answer_is_right(part: str) -> None:
    assert graded(part, PARTS[part].model_answer).verdict == "right"


OPEN = "Not read from here: "
NO_NAME = "Not right, and no known misconception gives this formula. s shows the steps."

# (response, verdict, points, misconception, how the sentence begins)
WRONG: dict[str, list[tuple[str, str, float, str, str]]] = {
    ATTENTION: [
        ("softmax(QK^T)V", "wrong", 0, "no-sqrt", "This is what you get without dividing by √d_k"),
        ("softmax(QK^T/d_k)V", "wrong", 0, "divide-by-dk", "This is what you get when the scores"),
        ("softmax(QK^T/√n)V", "wrong", 0, "sqrt-n", "This is what you get when the scores"),
        ("softmax(QK^T/√d_k, dim=0)V", "wrong", 0, "softmax-over-queries", "This is what you get"),
        ("softmax(KQ^T/√d_k)^T V", "wrong", 0, "softmax-over-queries", "This is what you get"),
        ("QK^T/√d_k V", "wrong", 0, "no-softmax", "This is what you get when the softmax is left"),
        ("softmax(QK^T/√d_k)K", "wrong", 0, "weights-times-k", "This is what you get when"),
        ("softmax(QK^T)/√d_k V", "wrong", 0, "softmax-then-scale", "This is what you get when"),
        ("softmax(QK^T/√d_k)", "wrong", 0, "", "Not right: this gives n × n; n × d_v is asked."),
        ("softmax(KQ^T/√d_k)V", "wrong", 0, "", NO_NAME),
        ("softmax(QK^T √d_k)V", "wrong", 0, "", NO_NAME),
        ("sigmoid(QK^T/√d_k)V", "wrong", 0, "", NO_NAME),
        (
            "softmax(QK/√d_k)V",
            "unreadable",
            0,
            "",
            f"{OPEN}softmax(QK‸/√d_k)V. Q is n × d_k and K is n × d_k, which can't be multiplied.",
        ),
        (
            "softmax(Q @ K.T / sqrt(d_k) @ V",
            "unreadable",
            0,
            "",
            f"{OPEN}softmax(Q @ K.T / sqrt(d_k) @ V‸. One bracket is still open.",
        ),
        (
            "softmax(Q*Kt/√d_k)V",
            "unreadable",
            0,
            "",
            "Kt is not a name here. Names: Q, K, V, d_k, n.",
        ),
        (
            "Attention(Q, K, V)",
            "unreadable",
            0,
            "",
            "Attention is not a name here. Names: Q, K, V, d_k, n.",
        ),
        ("9**9**9 V", "unreadable", 0, "", "9**9**9 V is too large to compute."),
        ("softmax QK^T/√d_k V", "unreadable", 0, "", f"{OPEN}softmax‸ QK^T/√d_k"),
        ("softmax(QK^T/)V", "unreadable", 0, "", f"{OPEN}softmax(QK^T/‸)V."),
        ("softmax(QK^T+1)V", "unreadable", 0, "", f"{OPEN}softmax(QK^T+1‸)V. Q Kᵀ is n × n and"),
        ("Z = Z; softmax(Z)V", "unreadable", 0, "", OPEN),
    ],
    HEADS: [
        (
            "Concat(head_1..h)W^O",
            "partly",
            0.5,
            "",
            "MultiHead(Q, K, V): right. head_i is missing: write what it stands for.",
        ),
        (
            "head_i = Attention(QW_i^Q, KW_i^K, VW_i^V)",
            "partly",
            0.5,
            "",
            "MultiHead(Q, K, V) is missing. head_i: right.",
        ),
        (
            "Concat(head_1..h), head_i = Attention(QW_i^Q, KW_i^K, VW_i^V)",
            "partly",
            0.5,
            "no-wo",
            "MultiHead(Q, K, V): This is what you get when the output projection is left out",
        ),
        (
            "Concat(head_1..h)W^O, head_i = softmax(QW_i^Q (KW_i^K)^T/√d) V W_i^V",
            "partly",
            0.5,
            "scale-by-d-model",
            "MultiHead(Q, K, V): right. head_i: This is what you get when the scores are divided",
        ),
        ("Concat(head_1..h)W^O, head_i = Attention(Q, K, V)", "partly", 0.5, "", "MultiHead"),
        (
            "Concat(head_1..h)W^O, head_i = Attention(KW_i^K, QW_i^Q, VW_i^V)",
            "partly",
            0.5,
            "",
            f"MultiHead(Q, K, V): right. head_i: {NO_NAME}",
        ),
        ("Concat(head_1..h)", "wrong", 0, "no-wo", "MultiHead(Q, K, V): This is what you get"),
        ("Attention(Q, K, V) W^O", "wrong", 0, "", "MultiHead(Q, K, V): Not right"),
        (
            "W^O Concat(head_1..h)",
            "unreadable",
            0,
            "",
            f"{OPEN}W^O Concat(head_1..h)‸. W^O is d × d",
        ),
        ("head_i W^O", "unreadable", 0, "", f"{OPEN}head_i‸ W^O. head_i has one for each head"),
        ("(head_1 + head_2) W^O", "unreadable", 0, "", OPEN),
        ("Concat(head_1, ..., head_h W^O", "unreadable", 0, "", OPEN),
        ("Concat(heads) W^P", "unreadable", 0, "", "W_P is not a name here. Names: Q, K, V, W_i^Q"),
    ],
    POSITIONS: [
        (
            "sin(pos/10000^(2i/d))",
            "partly",
            0.5,
            "",
            "PE(pos, 2i): right. PE(pos, 2i+1) is missing.",
        ),
        (
            "PE(pos,2i+1) = cos(pos/10000^(2i/d))",
            "partly",
            0.5,
            "",
            "PE(pos, 2i) is missing. PE(pos, 2i+1): right.",
        ),
        (
            "sin(pos/10000^(i/d)); cos(pos/10000^(i/d))",
            "wrong",
            0,
            "i-not-2i",
            "PE(pos, 2i): This is what you get when the exponent is i/d (i-not-2i).",
        ),
        (
            "sin(pos/10000^(4i/d)); cos(pos/10000^(2i/d))",
            "partly",
            0.5,
            "double-index",
            "PE(pos, 2i)",
        ),
        (
            "PE(pos,2i) = cos(pos/10000^(2i/d)); PE(pos,2i+1) = sin(pos/10000^(2i/d))",
            "wrong",
            0,
            "sin-cos-swapped",
            "PE(pos, 2i): This is what you get when sine and cosine are swapped",
        ),
        (
            "sin(pos/10000^(2i/d)); cos(pos/10000^((2i+1)/d))",
            "partly",
            0.5,
            "odd-own-angle",
            "PE(pos, 2i): right. PE(pos, 2i+1): This is what you get when the odd channel",
        ),
        (
            "sin((pos+1)/10000^(2i/d)); cos((pos+1)/10000^(2i/d))",
            "wrong",
            0,
            "one-based",
            "PE(pos, 2i): This is what you get when positions are counted from 1",
        ),
        ("sin(pos/10000^2i/d); cos(pos/10000^2i/d)", "wrong", 0, "", f"PE(pos, 2i): {NO_NAME}"),
        ("sin(pos/1000^(2i/d)); cos(pos/1000^(2i/d))", "wrong", 0, "", f"PE(pos, 2i): {NO_NAME}"),
        ("sin(pos 10000^(2i/d)); cos(pos 10000^(2i/d))", "wrong", 0, "", f"PE(pos, 2i): {NO_NAME}"),
        ("sin(x/10000^(2i/d))", "unreadable", 0, "", "x is not a name here. Names: pos, i, d."),
        ("sin pos/10000^(2i/d)", "unreadable", 0, "", f"{OPEN}sin‸ pos/10000"),
        ("sin(pos/10000^(2i/d)", "unreadable", 0, "", f"{OPEN}sin(pos/10000^(2i/d)‸. One bracket"),
    ],
    GRAPH: [
        ("ReLU(A X W)", "wrong", 0, "", NO_NAME),
        ("ReLU(D^-1/2 A D^-1/2 X W)", "wrong", 0, "no-self-loops", "This is what you get without"),
        ("D^-1/2 A D^-1/2 X W", "wrong", 0, "", NO_NAME),
        ("ReLU(D^-1 (A+I) X W)", "wrong", 0, "row-normalise", "This is what you get when each row"),
        ("ReLU((A+I) X W)", "wrong", 0, "unnormalised", "This is what you get when the degrees"),
        ("ReLU(D^-1 (A+I) D^-1 X W)", "wrong", 0, "no-sqrt", "This is what you get without"),
        (
            "ReLU(D^-1/2 (A+I) D^-1/2 X W) with D = degree(A)",
            "wrong",
            0,
            "degree-of-a",
            "This is what you get when the degrees are counted without the self-loops",
        ),
        ("ReLU(D̂^-1/2 Â D̂^-1/2 X W), Â = A", "wrong", 0, "", NO_NAME),
        ("ReLU(D̂^1/2 Â D̂^1/2 X W)", "wrong", 0, "", NO_NAME),
        ("ReLU(D̂^-1/2 Â D̂^-1/2 X)", "wrong", 0, "", "Not right: this gives n × f; n × g is asked."),
        (
            "ReLU(D^-1/2 (A+1) D^-1/2 X W)",
            "unreadable",
            0,
            "",
            f"{OPEN}ReLU(D^-1/2 (A+1‸) D^-1/2 X W. A is n × n and 1 is a number, which can't",
        ),
        ("ReLU(X A W)", "unreadable", 0, "", f"{OPEN}ReLU(X A‸ W). X is n × f and A is n × n"),
        ("ReLU(D^-1/2 (A+E) D^-1/2 X W)", "unreadable", 0, "", "E is not a name here."),
        ("ReLU(A^-1/2 X W)", "unreadable", 0, "", f"{OPEN}ReLU(A^-1/2‸ X W). This matrix has no"),
        ("ReLU(D^-1/2 (A+I D^-1/2 X W)", "unreadable", 0, "", OPEN),
    ],
}


@pytest.mark.parametrize(
    ("part", "text", "verdict", "points", "misconception", "feedback"),
    [(part, *case) for part, cases in WRONG.items() for case in cases],
)
def test_what_is_said_of_a_wrong_formula(
    part: str, text: str, verdict: str, points: float, misconception: str, feedback: str
) -> None:
    result = graded(part, text)
    assert (result.verdict, result.points) == (verdict, points), result.feedback
    assert result.misconception.rpartition("/")[2] == misconception
    assert result.feedback.startswith(feedback)
    assert (result.format_error == result.feedback) is (verdict == "unreadable")


@pytest.mark.parametrize("part", PARTS)
def test_at_least_ten_wrong_ones(part: str) -> None:
    assert len(WRONG[part]) >= 10


@pytest.mark.parametrize(
    ("part", "text", "shown"),
    [
        (
            ATTENTION,
            "softmax(Q @ K.T / sqrt(d_k)) @ V",
            "softmax( Q Kᵀ / √d_k ) V     Q, K: n × d_k   V: n × d_v   result: n × d_v",
        ),
        (
            HEADS,
            "Concat(head_1..h)W_O",
            "Concat( head_1, …, head_h ) W^O     W^O: d × d   head_i: n × d_k   result: n × d",
        ),
        (
            POSITIONS,
            "sin(pos/1e4**(2*i/d)); cos(pos/1e4**(2*i/d))",
            "sin( pos / 10000^(2i/d) ); cos( pos / 10000^(2i/d) )",
        ),
        (
            GRAPH,
            "relu(D^-1/2 * (A + I) * D^-1/2 X W)",
            "ReLU( D^(-1/2) (A + I) D^(-1/2) X W )"
            "     A, I, D: n × n   X: n × f   W: f × g   result: n × g",
        ),
        (ATTENTION, "softmax(Q", ""),
        (ATTENTION, "9**9**9", ""),
        (ATTENTION, "", ""),
        (ATTENTION, "Q ⊙ K", "Q ⊙ K     Q, K: n × d_k   result: n × d_k"),
        (ATTENTION, "Q * K", "Q ⊙ K     Q, K: n × d_k   result: n × d_k"),
        (ATTENTION, "Q * K^T", "Q Kᵀ     Q, K: n × d_k   result: n × n"),
    ],
)
def test_the_quiet_line(part: str, text: str, shown: str) -> None:
    assert read_as(PARTS[part].formula, text) == shown  # type: ignore[arg-type]


def test_forgiven_slips_are_said() -> None:
    result = graded(GRAPH, "D^-1/2 (A+I) D^-1/2 X W")
    assert result.feedback == (
        "Right. This is without the ReLU (no-activation), which costs nothing here."
        " The layer ends in a ReLU: negative entries become 0."
    )


def test_a_right_formula_rules_out_what_could_be_told_apart() -> None:
    result = graded(ATTENTION, "softmax(QK^T/√d_k)V")
    assert "scaled-dot-product-attention/no-sqrt" in result.ruled_out
    assert graded(ATTENTION, "softmax(QK^T)V").ruled_out == ()


def test_the_same_response_is_always_marked_the_same() -> None:
    first, second = (graded(HEADS, "Concat(head_1..h)") for _ in range(2))
    assert first == second


HOSTILE = [
    "(" * 700,
    "Q" + "'" * 900,
    "√" * 600 + "2",
    "-" * 900 + "V",
    "V+" * 500 + "V",
    "Q^" * 400 + "2",
    "V V" * 400,
    "softmax(" * 150 + "V" + ")" * 150,
    "9^9^9^9",
    "A" * 1400,
    "QK" * 600,
    "{" * 500,
    "\\frac" * 200,
    "\\text{" * 200,
    "head_1" * 100,
    "D^-" * 300,
    "‖" * 300,
    "..." * 300,
    "=" * 500,
    ";" * 500,
    "where " * 200,
    "Z=Z; softmax(Z)V",
    "a=b; b=a; a V",
    "((A+I)^8)^8^8",
    "x" * 1_000_000,
    "h[t] [MASK] [/x]",
    "__import__('os').system('x')",
    "Q.__class__",
    "\x00\x1b[31m",
]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_formulas_end_quickly_with_a_sentence(part: str, text: str) -> None:
    before = time.process_time()
    result = graded(part, text)
    assert time.process_time() - before < 0.5
    assert result.verdict == "unreadable"
    assert len(result.feedback) < 260
    assert "\n" not in result.feedback


@given(
    st.sampled_from(sorted(PARTS)),
    st.text(
        alphabet="QKVWAXID̂ÂT^_'.@*/+-=()[]{}|√½0123456789,;: \n\\dkihnposeadsoftmaxConcat",
        max_size=50,
    ),
)
def test_junk_is_read_or_refused(part: str, text: str) -> None:
    formula = PARTS[part].formula
    assert formula is not None
    assert bool(read_as(formula, text)) != bool(format_error(formula, text)) or not text.strip()
