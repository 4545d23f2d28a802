"""`tco comment` as a person and a job run it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tco.forge import sticky
from tests.cli.conftest import SCENARIOS, Tco
from tests.forge.forge_server import NO_ACCESS, State, Trouble
from tests.repository import Repo

TOKEN = "ghs_secret_token"


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch, server: State, tmp_path: Path) -> Path:
    """A workflow's environment: token, repository, pull request, job summary."""
    monkeypatch.setattr(sticky, "PAUSE_S", 0.0)
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 5}}), encoding="utf-8")
    summary = tmp_path / "summary.md"
    for name, value in {
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_REPOSITORY": "octo/repo",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_API_URL": server.url,
        "GITHUB_STEP_SUMMARY": str(summary),
    }.items():
        monkeypatch.setenv(name, value)
    return summary


def _diff(repo: Repo, tco_command: Tco) -> str:
    arguments = ("--format", "json", "--valid-at", "2026-11-25T12:00:00Z", *SCENARIOS)
    return tco_command("diff", "--stacks", repo.folder, *arguments).out


def test_dry_run_needs_nothing(changed: Repo, tco_command: Tco) -> None:
    """`--dry-run` prints what a reviewer would see: no token, no network, no pull request."""
    found = _diff(changed, tco_command)
    ran = tco_command("comment", "github", "--dry-run", stdin=found)
    assert ran.code == 0
    assert ran.out.startswith(
        "<!-- tco:plan valid-at=2026-11-25T12:00:00Z -->\n**GPU plan: +$14,600"
    )
    assert tco_command("comment", "gitlab", "--dry-run", stdin=found).out == ran.out


def test_posted_with_summary(changed: Repo, tco_command: Tco, server: State, job: Path) -> None:
    """A job comments once, updates nothing without need, and writes its summary."""
    found = _diff(changed, tco_command)
    ran = tco_command("comment", "github", stdin=found)
    assert (ran.code, ran.out, ran.err) == (0, "", "octo/repo#5: commented.\n")
    [body] = server.bodies
    assert job.read_text(encoding="utf-8").strip() == body.partition("\n")[2].strip()
    ran = tco_command("comment", "github", stdin=found)
    assert "nothing was written" in ran.err
    assert server.writes == ["POST"]


def test_a_push_that_moves_no_figure_writes_nothing(
    changed: Repo, tco_command: Tco, server: State, job: Path
) -> None:
    """The comment names no commit of the branch: another push with the same bill leaves it."""
    changed.commit()
    tco_command("comment", "github", stdin=_diff(changed, tco_command))
    changed.write("../README.md", "More words.")
    changed.commit()
    later = _diff(changed, tco_command).replace("T12:00:00Z", "T12:05:00Z")
    assert "is up to date" in tco_command("comment", "github", stdin=later).err
    assert server.writes == ["POST"]


def test_nothing_changes(repo: Repo, tco_command: Tco, server: State, job: Path) -> None:
    """No change, no comment, unless asked for."""
    repo.pool(1)
    repo.branch()
    found = _diff(repo, tco_command)
    tco_command("comment", "github", stdin=found)
    assert server.writes == []
    tco_command("comment", "github", "--always", stdin=found)
    assert server.writes == ["POST"]


def test_tags(changed: Repo, tco_command: Tco, server: State, job: Path) -> None:
    """Two projects: two comments, each with its name in the first line."""
    found = _diff(changed, tco_command)
    for tag in ("frontend", "backend"):
        tco_command("comment", "github", "--tag", tag, stdin=found)
    assert ["frontend: GPU plan" in server.bodies[0], "backend: GPU plan" in server.bodies[1]]
    assert len(server.bodies) == 2


def test_fork(changed: Repo, tco_command: Tco, server: State, job: Path) -> None:
    """A fork's read-only token fails nothing: a clear line, and the text in the summary."""
    found = _diff(changed, tco_command)
    server.troubles.append(Trouble(method="POST", status=403, content={"message": NO_ACCESS}))
    ran = tco_command("comment", "github", stdin=found)
    assert ran.code == 0
    assert ran.err.startswith("Not posted: GitHub lets this token read but not write.")
    assert "+$14,600" in job.read_text(encoding="utf-8")


MAY_NOT_WRITE = {
    "an integration": (403, NO_ACCESS),
    "a fine-grained token": (403, "Resource not accessible by personal access token"),
    "a locked conversation": (403, "Unable to create comment because issue is locked."),
    "an archive": (403, "Repository was archived so is read-only."),
    "single sign-on": (403, "Resource protected by organization SAML enforcement."),
    "a classic token without a scope": (404, "Not Found"),
    "no scope at GitLab": (403, "insufficient_scope"),
    "no reason": (403, None),
}


@pytest.mark.parametrize(
    "request_to", [(forge, method) for forge in ("github", "gitlab") for method in ("GET", "POST")]
)
@pytest.mark.parametrize("answer", MAY_NOT_WRITE.values(), ids=MAY_NOT_WRITE)
def test_a_token_that_may_not_write(
    changed: Repo,
    tco_command: Tco,
    server: State,
    job: Path,
    monkeypatch: pytest.MonkeyPatch,
    request_to: tuple[str, str],
    answer: tuple[int, str | None],
) -> None:
    """Every answer to a token without the right is recognized: the text is not lost, exit 0."""
    (forge, method), (status, reason) = request_to, answer
    _gitlab_job(monkeypatch, server)
    found = _diff(changed, tco_command)
    server.troubles.append(Trouble(method=method, status=status, content={"message": reason}))
    ran = tco_command("comment", forge, stdin=found)
    if (method, status) == ("GET", 404):  # no such pull request
        assert (ran.code, "404: Not Found" in unfolded(ran.err)) == (1, True)
        return
    assert ran.code == 0
    assert re.match(r"Not posted: Git(Hub|Lab) lets this token (neither|read but not)", ran.err)
    assert (reason or "no reason given").rstrip(".") in ran.err
    assert "+$14,600" in (job.read_text(encoding="utf-8") if forge == "github" else ran.out)
    assert server.bodies == []


def test_a_rate_limit_is_no_missing_right(
    changed: Repo, tco_command: Tco, server: State, job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 403 that only means "later" fails the job: another run can still comment."""
    monkeypatch.setattr("tco.forge.http.LIMIT_WAIT_S", 0.0)
    found = _diff(changed, tco_command)
    server.troubles += [
        Trouble(method="POST", status=403, content={"message": "secondary rate limit"})
    ] * 9
    ran = tco_command("comment", "github", stdin=found)
    assert (ran.code, "returned 403: secondary rate limit" in unfolded(ran.err)) == (1, True)


def test_a_comment_that_may_not_be_deleted_stays(
    changed: Repo, tco_command: Tco, server: State, job: Path
) -> None:
    """What was posted counts as posted where only cleaning up is refused."""
    found = _diff(changed, tco_command)
    old = "<!-- tco:plan valid-at=2020-01-01T00:00:00Z -->\nold"
    server.add(old)
    server.add(old)
    server.troubles += [Trouble(method="DELETE", status=403, content={"message": NO_ACCESS})] * 9
    ran = tco_command("comment", "github", stdin=found)
    assert (ran.code, ran.err) == (0, "octo/repo#5: updated the comment.\n")


@pytest.mark.parametrize(
    "event",
    [
        {"ref": "refs/heads/main", "commits": []},
        {"merge_group": {"head_ref": "refs/heads/gh-readonly-queue/main/pr-5-abc"}},
        {"issue": {"number": 5}, "comment": {"id": 1}},
        {"pull_request": {"number": True}},
        {"pull_request": {"number": "5"}},
        {"pull_request": [5]},
        "no mapping",
        "[" * 100_000,
    ],
)
@pytest.mark.parametrize("token", [TOKEN, ""])
def test_a_job_without_a_pull_request(
    changed: Repo,
    tco_command: Tco,
    server: State,
    job: Path,
    monkeypatch: pytest.MonkeyPatch,
    event: object,
    token: str,
) -> None:
    """A push, a merge queue, a comment on an issue: one line says so, the summary has the text."""
    _event(job).write_text(event if isinstance(event, str) else json.dumps(event))
    monkeypatch.setenv("GITHUB_TOKEN", token)
    ran = tco_command("comment", "github", stdin=_diff(changed, tco_command))
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith(
        "Not posted: the event that started this job does not belong to a pull"
    )
    assert "+$14,600" in job.read_text(encoding="utf-8")
    assert server.requests == []


def test_a_comment_on_a_pull_request_names_it(
    changed: Repo, tco_command: Tco, server: State, job: Path
) -> None:
    """The event of a comment on a pull request is that of an issue with its number."""
    event = {"issue": {"number": 5, "pull_request": {"url": "x"}}, "comment": {"id": 1}}
    _event(job).write_text(json.dumps(event))
    ran = tco_command("comment", "github", stdin=_diff(changed, tco_command))
    assert (ran.code, ran.err) == (0, "octo/repo#5: commented.\n")


def test_a_pipeline_without_a_merge_request(
    changed: Repo, tco_command: Tco, server: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A branch pipeline prints the comment, says why it is not posted, and stays green."""
    _gitlab_job(monkeypatch, server)
    for iid in ("", "x", "٣", "9" * 5000):
        monkeypatch.setenv("CI_MERGE_REQUEST_IID", iid)
        ran = tco_command("comment", "gitlab", stdin=_diff(changed, tco_command))
        assert (ran.code, server.requests) == (0, [])
        assert ran.err.startswith("Not posted: this pipeline does not run for a merge request.")
        assert "+$14,600" in ran.out


def test_a_person_names_the_pull_request(tco_command: Tco, changed: Repo) -> None:
    """Outside a job a missing number is a mistake: exit 1 with the option to give."""
    found = _diff(changed, tco_command)
    for forge, option in (("github", "--repo=a/b"), ("gitlab", "--project=a/b")):
        ran = tco_command("comment", forge, option, stdin=found)
        assert (ran.code, "-request NUMBER" in unfolded(ran.err)) == (1, True)


def unfolded(text: str) -> str:
    return " ".join(text.split())


def _event(summary: Path) -> Path:
    return summary.with_name("event.json")


def _gitlab_job(monkeypatch: pytest.MonkeyPatch, server: State) -> None:
    monkeypatch.setattr(sticky, "PAUSE_S", 0.0)
    for name, value in {
        "GITLAB_CI": "true",
        "GITLAB_TOKEN": TOKEN,
        "CI_API_V4_URL": server.url,
        "CI_MERGE_REQUEST_PROJECT_ID": "octo/repo",
        "CI_MERGE_REQUEST_IID": "5",
    }.items():
        monkeypatch.setenv(name, value)


def test_the_token_is_never_printed(
    changed: Repo, tco_command: Tco, server: State, job: Path
) -> None:
    """Whatever goes wrong, no output holds the token."""
    found = _diff(changed, tco_command)
    for status in (401, 404, 422):
        server.troubles.append(Trouble(method="GET", status=status, content={"message": "no"}))
        ran = tco_command("comment", "github", stdin=found)
        assert ran.code == 1
        assert str(status) in ran.err
        assert TOKEN not in ran.out + ran.err + job.read_text(encoding="utf-8")


def test_problems_reach_the_reviewer(
    changed: Repo, tco_command: Tco, server: State, job: Path
) -> None:
    """A branch that breaks a stack is commented too, with its problems."""
    changed.pool(2, "prod", against="nobody")
    ran = tco_command("comment", "github", stdin=_diff(changed, tco_command))
    assert ran.code == 0
    assert "cannot be read" in server.bodies[0]
    assert "against: nobody" in server.bodies[0]


def test_interrupted_while_posting(
    changed: Repo, tco_command: Tco, job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while posting: one line that promises nothing, no traceback."""
    found = _diff(changed, tco_command)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tco.forge.http.Api.call", interrupt)
    ran = tco_command("comment", "github", stdin=found)
    assert (ran.code, ran.err) == (130, "Interrupted; the comment may be written already.\n")


def test_no_forge_there(
    changed: Repo, tco_command: Tco, job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forge that is not reached is reported by its address, and the summary has the text."""
    monkeypatch.setattr("tco.forge.http.MOST_TRIES", 1)
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    ran = tco_command("comment", "github", stdin=_diff(changed, tco_command))
    assert ran.code == 1
    assert ran.err.startswith(
        "http://127.0.0.1:9/repos/octo/repo/issues/5/comments could not be reached"
    )
    assert "+$14,600" in job.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        ("", "is not JSON"),
        ("[1]", "another JSON"),
        ('{"schema": "tco.plan/1"}', "holds tco.plan/1, not tco.diff/1"),
        ('{"schema": "tco.diff/1"}', "not a tco.diff/1 at base"),
        ("[" * 200_000, "nested deeper than 100 levels"),
        ('{"a":' * 900 + "1" + "}" * 900, "nested deeper than 100 levels"),
        ('{"a": NaN}', "NaN is not a JSON number"),
    ],
)
def test_other_input(tco_command: Tco, stdin: str, said: str) -> None:
    """Anything but a comparison is refused with what it is."""
    ran = tco_command("comment", "github", "--dry-run", stdin=stdin)
    assert ran.code == 1
    assert said in ran.err


def test_annotations(changed: Repo, tco_command: Tco) -> None:
    """The cost stands on the changed line; text cannot start a workflow command of its own."""
    changed.pool(2, "prod", ops={"fte": 0}, gate={"override": _override("a ::error::%0A")})
    ran = tco_command("comment", "annotations", stdin=_diff(changed, tco_command))
    lines = ran.out.splitlines()
    assert lines
    for line in ran.out.split("\n")[:-1]:
        assert re.match(r"::(warning|notice) file=stacks/Pulumi\.prod\.yaml,line=\d+,title=", line)
    assert "+$14,600/month (+100%25), the gate is closed and weaker than before." in ran.out


def test_half_a_character_in_an_annotation(changed: Repo, tco_command: Tco) -> None:
    """Text that no encoding can hold shows as an escape."""
    found = json.loads(_diff(changed, tco_command))
    found["stacks"][0]["stack"] = "\ud800"
    ran = tco_command("comment", "annotations", stdin=json.dumps(found))
    assert (ran.code, "\\ud800: +$14,600" in ran.out) == (0, True)


def _override(reason: str) -> dict[str, object]:
    return {
        "reason": reason,
        "approved_by": "x",
        "expires": "2026-12-31",
        "max_usd_per_month": 1,
    }


def test_gitlab(
    changed: Repo, tco_command: Tco, server: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A merge request gets the same comment by the same rules."""
    _gitlab_job(monkeypatch, server)
    server.login = "project-bot"
    server.add("<!-- tco:plan valid-at=2999-01-01T00:00:00Z -->\nforged", "mallory")
    found = _diff(changed, tco_command)
    ran = tco_command("comment", "gitlab", stdin=found)
    assert (ran.code, ran.err) == (0, "octo/repo!5: commented.\n")
    changed.pool(3, "prod")
    later = _diff(changed, tco_command).replace("T12:00:00Z", "T12:05:00Z")
    assert tco_command("comment", "gitlab", stdin=later).err.endswith("updated the comment.\n")
    assert server.writes == ["POST", "PUT"]
    assert tco_command("comment", "gitlab", stdin=found).err.endswith(
        "a later run has already commented; nothing was written.\n"
    )
