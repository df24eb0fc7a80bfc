"""What a collection adds to the scores of plain texts."""

from __future__ import annotations

import numpy as np

from ml.fusion import likeness, saturating

ALL = np.ones(4, np.float32)


def test_document_gains_by_others_like_it_that_suit_and_not_by_itself() -> None:
    documents = np.eye(4, dtype=np.float32)
    documents[1] = documents[0]
    scores = np.array([0.9, 0.8, 0.7, 0.1], np.float32)
    gained = likeness(scores, documents, ALL, 4)
    assert gained[0] > 0
    assert gained[1] > gained[0]  # the other one suits better
    assert gained[2] == gained[3] == 0


def test_texts_that_do_not_count_neither_give_nor_gain() -> None:
    documents = np.ones((4, 1), np.float32)
    scores = np.array([0.9, 0.8, 0.2, 0.1], np.float32)
    gained = likeness(scores, documents, np.array([0, 1, 1, 0], np.float32), 4)
    assert gained[0] == gained[3] == 0
    assert gained[2] > 0
    assert not likeness(np.ones(4, np.float32), documents, ALL, 4).any()
    assert not likeness(scores[:1], documents[:1], ALL[:1], 4).any()


def test_longer_texts_count_more() -> None:
    counted = saturating(np.array([0, 3, 20, 200], np.float32), 20)
    assert counted[0] == 0
    assert counted[2] == np.float32(0.5)
    assert counted[1] < 0.03
    assert counted[3] > 0.98
