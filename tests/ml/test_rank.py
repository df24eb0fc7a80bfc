"""The text-only entry point, through its command line."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest

from ml.rank import main

ROOT = Path(__file__).resolve().parents[2]

RESEARCH = "I interview people who use public services, watch them fill in forms, and turn what I hear into findings."
NETWORK = "I keep the office network running: switches, firewalls, wireless access points and the cables between them."
RECORDS = "I catalogue old records and maps, decide which are kept for good, and help historians to find them."
PLANNING = "I plan the budget of a department, follow its spending and explain differences to the finance ministry."
KOREAN_NETWORK = "청사 네트워크를 운영하며 스위치와 방화벽, 무선 접속 장치를 점검하고 장애를 복구합니다."
CORPUS = {"research": RESEARCH, "network": NETWORK, "records": RECORDS, "planning": PLANNING}
ADVERT = (
    "Senior penetration tester, tax office\n"
    "You attack our own systems before others do and write down how you got in. You plan campaigns against web "
    "applications and internal directories, imitate known intruders, and agree repairs with the teams that own them. "
    "You train two juniors and speak to the board about what could happen and how likely it is."
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vectors")


def write(path: Path, texts: dict[str, str], *, order: Sequence[str] = (), lang: str | None = None) -> Path:
    rows = ({"id": name, "text": texts[name], **({"lang": lang} if lang else {})} for name in order or texts)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def ranked(
    folder: Path, cache: Path | None, queries: dict[str, str], corpus: dict[str, str], *more: str
) -> dict[str, list[tuple[str, float]]]:
    run = folder / "run.tsv"
    files = "--queries", write(folder / "q", queries), "--corpus", write(folder / "c", corpus), "--out", run
    assert main([*map(str, files), *(["--cache", str(cache)] if cache else []), *more]) == 0
    found: dict[str, list[tuple[str, float]]] = {name: [] for name in queries}
    for line in run.read_text(encoding="utf-8").splitlines():
        query, document, score = line.split("\t")
        found[query].append((document, float(score)))
    return found


def names(found: list[tuple[str, float]]) -> list[str]:
    return [name for name, _ in found]


def test_best_document_comes_first_in_either_language(tmp_path: Path, cache: Path) -> None:
    queries = {"en": "Looks after switches and firewalls", "ko": KOREAN_NETWORK, "short": "user research"}
    found = ranked(tmp_path, cache, queries, CORPUS)
    assert [names(found[query])[0] for query in queries] == ["network", "network", "research"]


def test_korean_and_english_documents_share_one_list(tmp_path: Path, cache: Path) -> None:
    corpus = {**CORPUS, "korean": KOREAN_NETWORK, "예산": "부처의 예산을 편성하고 집행 실적을 점검합니다."}
    found = ranked(tmp_path, cache, {"q": "Runs the network and its firewalls", "r": "네트워크 운영"}, corpus)
    assert set(names(found["q"])[:2]) == set(names(found["r"])[:2]) == {"network", "korean"}


def test_composed_and_decomposed_hangul_are_the_same(tmp_path: Path, cache: Path) -> None:
    decomposed = unicodedata.normalize("NFD", KOREAN_NETWORK)
    assert decomposed != KOREAN_NETWORK
    found = ranked(tmp_path, cache, {"nfc": KOREAN_NETWORK, "nfd": decomposed}, CORPUS)
    assert found["nfc"] == found["nfd"]


def test_order_of_the_files_and_what_lang_says_play_no_part(tmp_path: Path, cache: Path) -> None:
    queries = {"a": NETWORK, "b": KOREAN_NETWORK, "c": "archives"}
    corpus = {**CORPUS, "same": RECORDS, "again": RECORDS}
    runs = []
    for seed, lang in ((0, None), (1, "ko"), (2, "en")):
        order = [random.Random(seed).sample(list(texts), len(texts)) for texts in (queries, corpus)]
        files = write(tmp_path / "q", queries, order=order[0], lang=lang), write(tmp_path / "c", corpus, order=order[1])
        run = tmp_path / f"{seed}.tsv"
        arguments = ["--queries", files[0], "--corpus", files[1], "--out", run, "--cache", cache]
        assert main([str(argument) for argument in arguments]) == 0
        runs.append(run.read_bytes())
    assert runs[0] == runs[1] == runs[2]


def test_run_is_the_same_without_the_cache_in_a_process_of_its_own(tmp_path: Path, cache: Path) -> None:
    queries = {"a": NETWORK, "b": KOREAN_NETWORK}
    ranked(tmp_path, cache, queries, CORPUS)
    files = ["--queries", tmp_path / "q", "--corpus", tmp_path / "c", "--out", tmp_path / "other.tsv"]
    done = subprocess.run(
        [sys.executable, "-m", "ml.rank", *map(str, files)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "other.tsv").read_bytes() == (tmp_path / "run.tsv").read_bytes()


def test_k_limits_and_scores_fall(tmp_path: Path, cache: Path) -> None:
    found = ranked(tmp_path, cache, {"q": "Runs the network and its firewalls"}, CORPUS, "--k", "2")["q"]
    assert len(found) == 2
    assert found[0][1] > found[1][1]


def test_equal_short_texts_are_found(tmp_path: Path, cache: Path) -> None:
    corpus = {"a": "Data analyst", "b": "Data engineer", "c": "Nurse", "d": "Head of data and analytics services"}
    assert names(ranked(tmp_path, cache, {"q": "data analyst"}, corpus)["q"])[0] == "a"


def test_texts_without_words_come_last_and_break_nothing(tmp_path: Path, cache: Path) -> None:
    corpus = {**CORPUS, "empty": "", "signs": "!!! ??? 123", "nul": "\x00\u200b"}
    found = ranked(tmp_path, cache, {"q": "Runs the network and its firewalls", "none": "", "one": "c"}, corpus)
    assert all(len(rows) == len(corpus) for rows in found.values())
    assert names(found["q"])[0] == "network"


@pytest.mark.parametrize(
    "stuffing",
    [
        ADVERT,
        ADVERT.splitlines()[0],
        "\n".join([ADVERT.splitlines()[0]] * 20),
        ", ".join(sorted(set(ADVERT.replace(",", "").replace(".", "").split()))),
        ADVERT.partition("\n")[2].partition(". ")[2],
    ],
    ids=["the advert", "its title", "its title again and again", "its words", "half of it"],
)
def test_what_was_taken_from_the_query_gains_nothing(tmp_path: Path, cache: Path, stuffing: str) -> None:
    others = {
        f"{name} {number}".replace(" ", "-"): f"{text} Number {number} of a long career."
        for number in range(3)
        for name, text in CORPUS.items()
    }
    honest = names(ranked(tmp_path, cache, {"q": ADVERT}, {**others, "x": RECORDS})["q"])
    stuffed = names(ranked(tmp_path, cache, {"q": ADVERT}, {**others, "x": f"{RECORDS}\n{stuffing}"})["q"])
    assert stuffed.index("x") >= honest.index("x") - 1
    repeated = names(ranked(tmp_path, cache, {"q": ADVERT}, {**others, "x": f"{RECORDS}\n" * 30})["q"])
    assert abs(repeated.index("x") - honest.index("x")) <= 1


def test_writing_at_length_about_nothing_gains_little(tmp_path: Path, cache: Path) -> None:
    empty = json.loads((ROOT / "data" / "parity" / "padding.json").read_text(encoding="utf-8"))["en"]
    others = {f"{name}-{number}": f"{text} Number {number}." for number in range(5) for name, text in CORPUS.items()}
    query = {"q": "Finds out what users of a service need"}
    honest = names(ranked(tmp_path, cache, query, {**others, "x": RECORDS})["q"])
    padded = names(ranked(tmp_path, cache, query, {**others, "x": f"{RECORDS}\n{empty}"})["q"])
    assert padded.index("x") >= honest.index("x") - 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "q line 2: not JSON"),
        ("[1]", "q line 2: not a JSON object"),
        ('{"text": "x"}', '"id" must be text'),
        ('{"id": "a\\tb", "text": "x"}', '"id" must be text without spaces'),
        ('{"id": "", "text": "x"}', '"id" must be text'),
        ('{"id": "b"}', '"text" must be text'),
        ('{"id": "b", "text": 3}', '"text" must be text'),
        ('{"id": "a", "text": "x"}', "the id 'a' is there already"),
        ('{"id": "b", "text": ' + "[" * 100_000, "q line 2: not JSON"),
    ],
)
def test_bad_line_is_named_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, said: str
) -> None:
    (tmp_path / "q").write_text(f'{{"id": "a", "text": "x"}}\n{line}\n', encoding="utf-8")
    corpus = write(tmp_path / "c", CORPUS)
    run = tmp_path / "run.tsv"
    assert main(["--queries", str(tmp_path / "q"), "--corpus", str(corpus), "--out", str(run)]) == 2
    told = capsys.readouterr().err
    assert told.startswith("rank: ")
    assert said in told
    assert told.count("\n") == 1
    assert not run.exists()


def test_missing_and_unreadable_files_and_impossible_k_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = write(tmp_path / "c", CORPUS)
    (tmp_path / "latin").write_bytes(b'{"id": "a", "text": "caf\xe9"}\n')
    for queries, said in ((tmp_path / "absent", "No such file"), (tmp_path / "latin", "not a text file in UTF-8")):
        assert main(["--queries", str(queries), "--corpus", str(corpus), "--out", str(tmp_path / "run")]) == 2
        assert said in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        main(["--queries", str(corpus), "--corpus", str(corpus), "--out", str(tmp_path / "run"), "--k", "0"])
    assert stopped.value.code == 2


def test_nothing_to_rank_gives_an_empty_run(tmp_path: Path, cache: Path) -> None:
    assert ranked(tmp_path, cache, {}, CORPUS) == {}
    assert ranked(tmp_path, cache, {"q": NETWORK}, {}) == {"q": []}
