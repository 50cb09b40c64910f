"""Files of people against the accounts: what a dry run says, what applying does, killed anywhere, done once."""

from __future__ import annotations

import datetime as dt
import io
import os

import pytest
from flask import current_app
from openpyxl import Workbook
from sqlalchemy import func, select, update

from elearn.db import db, transaction, utcnow
from elearn.errors import Refusal
from elearn.notifications.models import Message
from elearn.people import applying, checking, departments, imports, service
from elearn.people.intake.queries import iterate_faults
from elearn.people.models import Department, ImportJob, ImportRow, Person, PersonEvent, PersonEventWords, RoleAssignment
from elearn.permissions import Role
from elearn.privacy import service as privacy

from ..factories import check_file, make_department, make_person

HEAD = "Prénom;Nom;E-mail;Matricule;Service;Arrivée;Départ;Responsable\n"


@pytest.fixture(autouse=True)
def folder(app, monkeypatch, tmp_path):
    """Where the files of a test lie."""
    monkeypatch.setitem(app.config, "INSTANCE", tmp_path)
    return imports.folder_of(tmp_path)


def get_folder():
    """The same, for the functions below."""
    return imports.folder_of(current_app.config["INSTANCE"])


def check(text, **options):
    """A dry run; returns its id and report."""
    return check_file((HEAD + text).encode(), get_folder(), **options)


def faults_of(job_id):
    """(line, column, read, expected) of every fault."""
    return [(row.line, *fault) for row in iterate_faults(job_id) for fault in row.faults]


def apply(job_id):
    """Start it and let the worker finish."""
    with transaction():
        imports.start(job_id, utcnow(), None)
    while applying.work(utcnow(), get_folder()):
        pass
    db.session.rollback()
    return db.session.get(ImportJob, job_id, populate_existing=True)


def person_of(email):
    """The account of an address, fresh."""
    db.session.rollback()
    return db.session.scalar(select(Person).where(Person.email == email).execution_options(populate_existing=True))


def test_check_when_everything_may_happen(app):
    """Created, changed, moved, closed, brought back, already so, gone: each is said, and nothing is done."""
    works, sales = make_department("Production"), make_department("Commerce")
    make_person(email="same@a.fr", given_name="Sam", family_name="Égal", department_id=works.id)
    make_person(email="name@a.fr", given_name="Ancien", family_name="Nom")
    make_person(email="move@a.fr", given_name="Mo", family_name="Uve", department_id=sales.id)
    make_person(email="back@a.fr", given_name="Re", family_name="Tour", closed_at=utcnow())
    make_person(email="left@a.fr", given_name="De", family_name="Part")
    people = db.session.scalar(select(func.count()).select_from(Person))
    _job, report = check(
        "Sam;Égal;same@a.fr;;production;;;\n"
        "Nouveau;Nom;name@a.fr;;;;;\n"
        "Mo;Uve;move@a.fr;;Production;;;\n"
        "Re;Tour;back@a.fr;;;;;\n"
        "De;Part;left@a.fr;;;;01/02/2026;\n"
        "Zoé;Martin;zoe@a.fr;A9;Production > Peinture;12/03/2026;;name@a.fr\n"
        "Déjà;Parti;gone@a.fr;;;;2020-01-01;\n"
    )
    assert report["counts"] == {
        "created": 1,
        "changed": 1,
        "moved": 1,
        "back": 1,
        "closed": 1,
        "invited": 0,
        "unchanged": 1,
        "gone": 1,
    }
    assert report["departments"] == ["Production › Peinture"]
    assert not report["faulty_lines"]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Person)) == people
    assert person_of("zoe@a.fr") is None


def test_apply_when_everything_may_happen(app):
    """What the dry run said is what is done; names of the file do not outlive it."""
    sales = make_department("Commerce")
    make_person(email="move@a.fr", given_name="Mo", family_name="Uve", department_id=sales.id)
    make_person(email="back@a.fr", given_name="Re", family_name="Tour", closed_at=utcnow())
    make_person(email="left@a.fr", given_name="De", family_name="Part")
    job_id, _report = check(
        "Mo;Uve;move@a.fr;;Production > Ligne;;;chef@a.fr\n"
        "Re;Tour;back@a.fr;B7;;;;\n"
        "De;Part;left@a.fr;;;;01/02/2026;\n"
        "Zoé;Martin;zoe@a.fr;A9;Production > ligne;12/03/2026;;chef@a.fr\n"
        "Chef;Équipe;chef@a.fr;;;;;\n"
        "Sans;Mail;;A10;;;;A9\n",
        invite=True,
    )
    job = apply(job_id)
    assert job.status == "done" and job.done == job.total == 6
    line = db.session.scalar(select(Department).where(Department.name == "Ligne"))
    chef, zoe = person_of("chef@a.fr"), person_of("zoe@a.fr")
    assert zoe.department_id == person_of("move@a.fr").department_id == line.id
    assert zoe.manager_id == chef.id and zoe.arrived_on == dt.date(2026, 3, 12)
    assert person_of("back@a.fr").closed_at is None and person_of("back@a.fr").employee_number == "B7"
    assert person_of("left@a.fr").closed_at is not None
    managers = db.session.scalars(select(RoleAssignment.person_id).where(RoleAssignment.role == "manager")).all()
    assert set(managers) == {chef.id, zoe.id}
    assert not db.session.scalar(select(ImportRow.id))
    invited = db.session.scalars(select(Message.person_id).where(Message.kind == "invitation")).all()
    assert set(invited) == {zoe.id, chef.id}


def test_apply_when_sent_again(app):
    """The same file a second time finds everything already so."""
    text = "Zoé;Martin;zoe@a.fr;A9;Production;12/03/2026;;\nYan;Petit;;A10;;;;A9\n"
    apply(check(text)[0])
    _job, report = check(text)
    assert report["counts"]["unchanged"] == 2 and not any(report["counts"][c] for c in imports.CHANGES)
    assert not report["faulty_lines"]


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("A;B;one@a.fr;N2;;;;", "E-mail", "celui d’un autre"),
        ("A;B;one@a.fr;N9;;;;", "Matricule", "N1, le matricule"),
        ("A;B;new@a.fr;;;;;nobody@a.fr", "Responsable", "d’un compte, ou d’une ligne sans faute"),
        ("A;B;one@a.fr;;;;;\nA;B;;N1;;;;", "Matricule", "que celui de la ligne 2"),
        ("A;B;me@a.fr;;;;2026-01-01;", "Départ", "un autre compte que le vôtre"),
    ],
)
def test_check_when_file_and_accounts_disagree(app, text, column, expected):
    """Two accounts in one line, one account in two lines, unknown managers, oneself: faults, by line and column."""
    make_person(email="one@a.fr", employee_number="N1", given_name="A", family_name="B")
    make_person(email="two@a.fr", employee_number="N2")
    me = make_person(email="me@a.fr")
    (fault,) = faults_of(check(text, by_id=me.id)[0])
    assert fault[1] == column and expected in fault[3]


def test_check_when_a_line_stands_twice(app, monkeypatch):
    """The second line with a key is at fault and names the first, however it is written and however far apart."""
    monkeypatch.setattr(checking, "CHUNK", 2)
    job_id, report = check("A;B;one@a.fr;;;;;\nC;D;c@d.fr;n 1;;;;\nE;F;e@f.fr;;;;;\nG;H;ONE@a.fr;N1;;;;\n")
    assert [(line, column, expected[-17:]) for line, column, _read, expected in faults_of(job_id)] == [
        (5, "Matricule", "ligne 3 a la même"),
        (5, "E-mail", "ligne 2 a la même"),
    ]
    assert report["counts"]["created"] == 3


def test_check_when_a_manager_is_at_fault_too(app):
    """A line whose manager is a line at fault is at fault as well, however long the chain."""
    job_id, report = check(
        "A;A;a@a.fr;;;;;b@a.fr\nB;B;b@a.fr;;;;;C1\nC;C;c@a.fr;C1;;;;nobody@a.fr\nD;D;d@a.fr;;;;;e@a.fr\nE;E;e@a.fr;;;;;\n"
    )
    assert [(line, read) for line, _column, read, _expected in faults_of(job_id)] == [
        (2, "b@a.fr"),
        (3, "C1"),
        (4, "nobody@a.fr"),
    ]
    assert "corrigez d’abord la ligne 4" in faults_of(job_id)[1][3]
    assert report["counts"]["created"] == 2


def test_check_when_killed_at_any_point(app, folder, monkeypatch):
    """A reader killed between or inside chunks: another process goes on from the mark, no line is lost or doubled."""
    monkeypatch.setattr(checking, "CHUNK", 3)
    monkeypatch.setattr(applying, "PIECE", -1.0)
    text = HEAD + "".join(f"P{i};Nom;p{i}@a.fr;N{i};Atelier;;;\n" for i in range(10))
    kept = imports.keep_file(io.BytesIO(text.encode()), "a.csv", folder)
    with transaction():
        job_id = imports.receive(kept, utcnow(), None).id
    calls, plan = [], checking.plan_line

    def die(*given):
        calls.append(1)
        if len(calls) in (2, 7):
            raise KeyboardInterrupt
        return plan(*given)

    monkeypatch.setattr(checking, "plan_line", die)
    for _round in range(40):
        try:
            applying.work(utcnow() + dt.timedelta(minutes=3 * _round), folder)
        except KeyboardInterrupt:
            db.session.rollback()
            checking.release(job_id)  # The process is gone, and what it held with it.
    job = imports.read_job(job_id)
    assert job.status == "checked" and job.report["counts"]["created"] == 10
    assert db.session.scalars(select(ImportRow.line).order_by(ImportRow.id)).all() == list(range(2, 12))
    assert not list(folder.iterdir())


def test_receive_when_there_are_several_sheets(app, folder):
    """Nothing is read before the sheet is chosen, and only one it has; a file nobody reads is swept away."""
    book = Workbook()
    book.active.title = "Notes"
    book.create_sheet("Liste").append(["Prénom", "Nom", "E-mail"])
    book["Liste"].append(["Zoé", "Martin", "zoe@a.fr"])
    book.save(out := io.BytesIO())
    job_id, _report = check_file(out.getvalue(), folder, "a.xlsx")
    assert imports.read_job(job_id).status == "choosing"
    with pytest.raises(Refusal), transaction():
        imports.choose_sheet(job_id, "Autre")
    with transaction():
        imports.choose_sheet(job_id, "Liste")
    while applying.work(utcnow(), folder):
        pass
    assert imports.read_job(job_id).report["counts"]["created"] == 1
    with pytest.raises(Refusal), transaction():
        imports.choose_sheet(job_id, "Notes")
    (folder / "sent-left-over").touch()
    os.utime(folder / "sent-left-over", (utcnow().timestamp(),) * 2)
    applying.work(utcnow() + dt.timedelta(hours=2), folder)
    assert not list(folder.iterdir())


def test_receive_when_it_turns_out_unreadable(app, folder):
    """What is found wrong while reading is said in one sentence, and nothing of the file stays."""
    job_id, _report = check_file(b"Nom;Service\nA;B\n", folder)
    job = imports.read_job(job_id)
    assert job.status == "dropped" and "Il manque une colonne" in job.error
    assert not list(folder.iterdir()) and not db.session.scalar(select(ImportRow.id))


def test_invite_when_a_list_is_shown(app):
    """All who can be written to and never chose a password, and hold no invitation, once."""
    new = make_person(email="new@a.fr")
    make_person(email=None, employee_number="N1")
    make_person(email="has@a.fr", password_hash="x")
    make_person(email="left@a.fr", closed_at=utcnow())
    gone = make_person(email="gone@a.fr")
    with transaction():
        job_id = imports.plan_invitations([], utcnow(), None).id
    with transaction():
        service.close_person(gone.id, utcnow())
    job = apply(job_id)
    assert job.result["invited"] == 1 and job.result["refused"] == 1
    assert db.session.scalars(select(Message.person_id).where(Message.kind == "invitation")).all() == [new.id]
    with transaction():
        assert imports.plan_invitations([], utcnow(), None).total == 0


def test_check_when_rehired_under_a_new_number(app):
    """Somebody who left and comes back with the same address finds their file, whatever the new number."""
    person = make_person(email="re@a.fr", employee_number="OLD", closed_at=utcnow())
    job_id, report = check("Re;Tour;re@a.fr;NEW;;;;")
    assert report["counts"]["back"] == 1
    apply(job_id)
    back = person_of("re@a.fr")
    assert (back.id, back.employee_number, back.closed_at) == (person.id, "NEW", None)


def test_check_when_file_names_everybody(app):
    """Accounts that a complete file does not name are closed; administrators and oneself never, nor with a fault, nor
    where the file names nobody at all."""
    admin, gone = make_person(roles=("admin",)), make_person(email="gone@a.fr")
    make_person(email="kept@a.fr", given_name="K", family_name="P")
    for nobody in ("K;P;kept@a.fr;;;;;\nX;Y;bad@@;;;;;", "\n;;;\n"):
        assert check(nobody, close_missing=True)[1]["missing"] == 0
    job_id, report = check("K;P;kept@a.fr;;;;;", close_missing=True)
    assert (report["missing"], report["open"]) == (1, 3)
    apply(job_id)
    assert person_of("gone@a.fr").closed_at is not None
    assert db.session.get(Person, admin.id).closed_at is None and gone.id


def test_erase_while_the_file_is_read(app, folder, monkeypatch):
    """A file sent before somebody was erased does not bring them back, wherever its reading stood."""
    monkeypatch.setattr(checking, "CHUNK", 2)
    monkeypatch.setattr(applying, "PIECE", -1.0)
    who = [make_person(email=f"p{i}@a.fr", employee_number=f"N{i}", closed_at=utcnow()) for i in range(6)]
    lines = "".join(f"P{i};Nom;{f'p{i}@a.fr' if i % 2 else ''};N{i};;;;N5\n" for i in range(6))
    kept = imports.keep_file(io.BytesIO((HEAD + lines).encode()), "a.csv", folder)
    with transaction():
        job_id = imports.receive(kept, utcnow(), None).id
    applying.work(utcnow(), folder)  # The first two lines are read.
    for gone in (0, 4, 5):
        with transaction():
            privacy.erase(who[gone].id, utcnow(), None)
    while applying.work(utcnow(), folder):
        pass
    job = imports.read_job(job_id)
    assert job.status == "checked" and "erased" not in job.report
    assert job.report["counts"]["created"] == 0 and job.report["faulty_lines"] == 2
    assert db.session.scalars(select(ImportRow.line).order_by(ImportRow.line)).all() == [3, 4, 5]


def test_apply_when_a_directory_id_was_taken_meanwhile(app):
    """Two files that make the same directory id: the second stops that line, and the import goes on."""
    texts = [f"{HEAD.strip()};Identifiant\nA;B;{mail}@a.fr;;;;;;ID1\nC;D;{mail}2@a.fr;;;;;;\n" for mail in "ab"]
    first, second = (check_file(text.encode(), get_folder())[0] for text in texts)
    apply(first)
    make_person(email="b@a.fr")
    job = apply(second)
    assert job.status == "done" and person_of("b2@a.fr")
    assert job.result["refused"] == 1 and person_of("a@a.fr").external_id == "ID1"


def test_work_when_killed_at_any_point(app, monkeypatch):
    """A worker killed between or inside batches: another goes on, everything is done, nothing twice."""
    monkeypatch.setattr(applying, "BATCH", 3)
    monkeypatch.setattr(applying, "PIECE", -1.0)
    rows = "".join(f"P{i};Nom;p{i}@a.fr;N{i};Atelier;;;{'p0@a.fr' if i else ''}\n" for i in range(10))
    job_id, _report = check(rows)
    with transaction():
        imports.start(job_id, utcnow(), None)
    calls, create = [], service.create_person

    def die(*given, **values):
        calls.append(1)
        if len(calls) in (2, 9):
            raise KeyboardInterrupt
        return create(*given, **values)

    monkeypatch.setattr(service, "create_person", die)
    for _round in range(60):
        now = utcnow() + dt.timedelta(minutes=3 * _round)  # The lease of a dead worker runs out.
        try:
            applying.work(now, get_folder())
        except KeyboardInterrupt:
            db.session.rollback()
    assert db.session.get(ImportJob, job_id, populate_existing=True).status == "done"
    assert db.session.scalar(select(func.count()).where(Person.family_name == "Nom")) == 10
    assert db.session.scalar(select(func.count()).where(PersonEvent.act == "created")) == 10
    assert db.session.scalar(select(func.count()).where(Person.manager_id == person_of("p0@a.fr").id)) == 9


def test_work_when_a_fault_stops_it(app, monkeypatch):
    """A fault of ours stops the job visibly; it is taken up again from where it was."""
    job_id, _report = check("A;B;a@a.fr;;;;;\n")
    create = service.create_person
    monkeypatch.setattr(service, "create_person", lambda *a, **k: 1 / 0)
    assert apply(job_id).status == "failed"
    monkeypatch.setattr(service, "create_person", create)
    assert apply(job_id).status == "done"
    assert person_of("a@a.fr")


def test_apply_when_things_changed_meanwhile(app):
    """What the dry run could not see stops one line, with its reason, and nobody else."""
    job_id, _report = check("A;B;a@a.fr;N1;;;;\nC;D;c@a.fr;;;;;\n")
    make_person(email="x@a.fr", employee_number="N1")
    make_person(email="a@a.fr")
    job = apply(job_id)
    assert job.result["refused"] == 1 and job.result["refused_lines"][0][0] == 2
    assert person_of("c@a.fr")


def test_start_when_another_is_under_way(app):
    """One import at a time, by rule and by index."""
    first, second = check("A;B;a@a.fr;;;;;")[0], check("C;D;c@a.fr;;;;;")[0]
    with transaction():
        imports.start(first, utcnow(), None)
    with pytest.raises(Refusal, match="en cours"), transaction():
        imports.start(second, utcnow(), None)


def test_checked_file_when_a_week_passed(app):
    """A file that was checked and never applied is forgotten: it holds names."""
    job_id, _report = check("A;B;a@a.fr;;;;;")
    with transaction():
        db.session.execute(update(ImportJob).values(created_at=utcnow() - dt.timedelta(days=8)))
    applying.work(utcnow(), get_folder())
    assert not db.session.scalar(select(ImportRow.id))
    assert db.session.get(ImportJob, job_id, populate_existing=True).status == "dropped"


def test_check_when_ten_thousand(app):
    """Ten thousand lines, a third at fault: every fault is kept."""
    rows = "".join(
        f"P{i};Nom;p{i}@a.fr;N{i};Production > Atelier {i % 40};12/03/2026;;\n" if i % 3 else ";;x@@;;A>A;99;;\n"
        for i in range(10_000)
    )
    job_id, report = check(rows)
    assert report["counts"]["created"] == 6666 and report["faulty_lines"] == 3334
    assert len(faults_of(job_id)) == 5 * 3334


def test_import_command(app, tmp_path):
    """The same from the command line: a dry run changes nothing, a fault stops all, a right file is applied."""
    file = tmp_path / "people.csv"
    file.write_text(HEAD + "A;B;a@a.fr;;;;;\n;B;b@a.fr;;;;;\n", "utf-8")
    runner = app.test_cli_runner()
    done = runner.invoke(args=["people", "import", str(file), "--dry-run"])
    assert done.exit_code == 0 and "line 3, Prénom" in done.output and "1 created" in done.output
    assert runner.invoke(args=["people", "import", str(file)]).exit_code == 1
    assert person_of("a@a.fr") is None
    assert runner.invoke(args=["people", "import", str(file), "--skip-faults"]).exit_code == 0
    assert person_of("a@a.fr")
    file.write_bytes(b"%PDF")
    assert "a PDF" in runner.invoke(args=["people", "import", str(file)]).output


# --- Departments ----------------------------------------------------------------------------------------------


def tree():
    """path of names → (depth, ids of the path)."""
    db.session.rollback()
    return {
        d.name: (d.depth, d.path)
        for d in db.session.scalars(select(Department).execution_options(populate_existing=True))
    }


def test_move_department_when_it_holds_others(app):
    """A department moves with all below it; paths and depths follow."""
    a, b = make_department("A"), make_department("B")
    c = make_department("C", a)
    d = make_department("D", c)
    with transaction():
        departments.move(c.id, b.id, utcnow())
    found = tree()
    assert found["C"] == (1, f"/{b.id}/{c.id}/") and found["D"] == (2, f"/{b.id}/{c.id}/{d.id}/")
    with transaction():
        departments.move(c.id, None, utcnow())
    assert tree()["D"] == (1, f"/{c.id}/{d.id}/")


def test_move_department_when_under_itself(app):
    """A department that would be its own ancestor is refused by rule, and by the table."""
    from sqlalchemy.exc import IntegrityError

    a = make_department("A")
    b = make_department("B", a)
    for goal in (a.id, b.id):
        with pytest.raises(Refusal), transaction():
            departments.move(a.id, goal, utcnow())
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Department).where(Department.id == a.id).values(path=f"/{a.id}/{b.id}/{a.id}/"))
    assert tree()["A"] == (0, f"/{a.id}/")


def test_merge_departments(app):
    """Everybody and every department pass into the other, in one line of the log; never into itself or what it holds,
    nor where two of one name would meet."""
    a, b = make_department("A"), make_department("B")
    inside, deep = make_department("C", a), make_department("D", b)
    people = [make_person(department_id=a.id), make_person(department_id=a.id, closed_at=utcnow())]
    for goal in (a.id, inside.id, None):
        with pytest.raises(Refusal), transaction():
            departments.merge(a.id, goal, utcnow())
    with transaction():
        departments.merge(a.id, deep.id, utcnow())
    assert tree() == {
        "B": (0, f"/{b.id}/"),
        "D": (1, f"/{b.id}/{deep.id}/"),
        "C": (2, f"/{b.id}/{deep.id}/{inside.id}/"),
    }
    ids = db.session.scalars(select(Person.department_id).where(Person.id.in_([each.id for each in people])))
    assert set(ids) == {deep.id}
    words = db.session.scalars(select(PersonEventWords).order_by(PersonEventWords.event_id.desc())).first()
    assert (words.before, words.after) == ({"department": "A"}, {"department": "B › D", "people": 2})
    make_department("C", b)
    with pytest.raises(Refusal, match="porte déjà ce nom"), transaction():
        departments.merge(deep.id, b.id, utcnow())


def test_department_when_taken_or_in_use(app):
    """Names are unique in their place; a department goes once nobody is in it."""
    a = make_department("A")
    make_person(department_id=a.id)
    for act in (
        lambda: departments.create("A", None, utcnow()),
        lambda: departments.take_away(a.id, utcnow()),
        lambda: departments.create(" ", None, utcnow()),
    ):
        with pytest.raises(Refusal), transaction():
            act()
    with transaction():
        new = departments.create("B", a.id, utcnow())
        departments.rename(new, "C", utcnow())
        departments.take_away(new, utcnow())
    assert set(tree()) == {"A"}


def test_give_role_when_referent(app):
    """Whoever gives the referent's role, it is logged and every referent is told."""
    old, new, admin = make_person(roles=("referent",)), make_person(), make_person(roles=("admin",))
    with transaction():
        service.give_role(new.id, Role.REFERENT, utcnow(), admin.id)
    told = db.session.scalars(select(Message.person_id).where(Message.kind == "referent_named")).all()
    assert set(told) == {old.id, new.id}
    event = db.session.scalar(select(PersonEvent).where(PersonEvent.act == "role-given"))
    assert (event.person_id, event.by_id, event.detail) == (new.id, admin.id, {"role": "referent"})
