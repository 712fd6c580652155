"""Row-level security: whose rows PostgreSQL shows. docs/decisions/0070-row-level-security.md has the reasons.

Policies read the settings that `hub.walls` names. Sub-queries without a reference to the row are asked once
for a statement. No policy may, through others, look at its own table: that would be refused as endless.
"""

from django.db import migrations

EVERYTHING = "(SELECT current_setting('care.everything', true)) = 'yes'"


def some(name):
    """The keys of a setting, as an array worked out once for a statement."""
    return f"((SELECT care_keys('care.{name}'))::bigint[])"


# Field staff and managers see by the rota, too: functions, so that everybody else's plans stay short.
BY_ROTA = "(SELECT care_by_rota())"
SEES_PERSON = "EXISTS (SELECT 1 FROM hub_person p WHERE p.id = {table}.person_id)"
SEES_RECORD = "EXISTS (SELECT 1 FROM hub_sourcerecord r WHERE r.id = {table}.source_record_id)"
SEES_NEED = "EXISTS (SELECT 1 FROM hub_need n WHERE n.id = {table}.{need})"
# By table: which rows a viewer sees who does not see everything.
VISIBLE = {
    "hub_sourcerecord": f"""(kind = 'person' AND agency_id = ANY {some("identity")})
        OR (kind = 'need' AND agency_id = ANY {some("tasks")})
        OR (kind = 'contact' AND agency_id = ANY {some("contacts")})
        OR person_id = ANY {some("emergency")}""",
    "visits_visit": f"""rota_id IN (SELECT id FROM visits_rota WHERE area_id = ANY {some("areas")})
        OR person_id = ANY {some("emergency")}
        OR (is_published AND {BY_ROTA} AND care_has_a_hand(worker_id, person_id))""",
    "hub_person": f"""EXISTS (
            SELECT 1 FROM hub_sourcerecord r WHERE r.person_id = hub_person.id
            AND r.kind = 'person' AND r.agency_id = ANY {some("identity")})
        OR id = ANY {some("emergency")}
        OR ({BY_ROTA} AND care_comes_to(id))""",
    "hub_need": f"""agency_id = ANY {some("tasks")}
        OR person_id = ANY {some("emergency")}
        OR ({BY_ROTA} AND care_serves(id))""",
    "hub_contact": f"agency_id = ANY {some('contacts')} OR person_id = ANY {some('emergency')}",
    "hub_address": "EXISTS (SELECT 1 FROM hub_person p WHERE p.address_id = hub_address.id)",
    "hub_knownas": SEES_RECORD,
    "hub_matchdecision": SEES_RECORD,
    "hub_matchreview": "EXISTS (SELECT 1 FROM hub_sourcerecord r WHERE r.id = hub_matchreview.record_id)"
    " AND EXISTS (SELECT 1 FROM hub_sourcerecord r WHERE r.id = hub_matchreview.other_id)",
    "hub_matchmodel": "false",  # names that several people bear, for the county's matching alone
    "hub_delivery": f"agency_id = ANY {some('identity')}",
    "hub_rejection": f"""EXISTS (
        SELECT 1 FROM hub_delivery d WHERE d.id = hub_rejection.delivery_id
        AND d.agency_id = ANY {some("staff")})""",
    "hub_cancellation": SEES_NEED.format(table="hub_cancellation", need="need_id"),
    "hub_keepseparate": SEES_NEED.format(table="hub_keepseparate", need="first_id"),
    "visits_namedworker": SEES_PERSON,
    "visits_barredworker": SEES_PERSON,
    "hub_note": f"agency_id = ANY {some('flags')} OR person_id = ANY {some('emergency')} OR {BY_ROTA} AND "
    + SEES_PERSON.format(table="hub_note"),
    "hub_placement": SEES_PERSON,
    "hub_objection": SEES_PERSON,
    "hub_hold": SEES_PERSON,
    "hub_auditevent": f"by_id = ANY {some('viewer')}",
    "hub_emergencyaccess": f"user_id = ANY {some('viewer')} OR "
    + SEES_PERSON.format(table="hub_emergencyaccess"),
}
KEYS = """
CREATE FUNCTION care_keys(name text) RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_to_array(nullif(current_setting(name, true), ''), ',')::bigint[], '{}')
$$"""
OWN_WORKER = "(w.user_id = ANY (care_keys('care.viewer')) OR w.agency_id = ANY (care_keys('care.staff')))"
BY_ROTA_FUNCTIONS = [
    """CREATE FUNCTION care_by_rota() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT coalesce(current_setting('care.staff', true), '') <> ''
        OR coalesce(current_setting('care.identity', true), '') = ''
    $$""",
    # The visit is made by the viewer or the viewer's staff, or to somebody whom the manager's agency knows.
    f"""CREATE FUNCTION care_has_a_hand(worker bigint, person bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE AS $$ BEGIN
        RETURN EXISTS (SELECT 1 FROM visits_worker w WHERE w.id = worker AND {OWN_WORKER})
        OR EXISTS (SELECT 1 FROM hub_sourcerecord r WHERE r.person_id = person
            AND r.kind = 'person' AND r.agency_id = ANY (care_keys('care.staff')));
    END $$""",
    f"""CREATE FUNCTION care_comes_to(person bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE AS $$ BEGIN
        RETURN EXISTS (SELECT 1 FROM visits_visit v JOIN visits_worker w ON w.id = v.worker_id
            WHERE v.person_id = person AND v.is_published AND {OWN_WORKER});
    END $$""",
    # What is to be done there is for whoever is sent, not for the manager of whoever is sent.
    """CREATE FUNCTION care_serves(need bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE AS $$ BEGIN
        RETURN EXISTS (SELECT 1 FROM visits_visitpart part JOIN visits_visit v ON v.id = part.visit_id
            JOIN visits_worker w ON w.id = v.worker_id WHERE part.need_id = need AND v.is_published
            AND w.user_id = ANY (care_keys('care.viewer')));
    END $$""",
]
FORGET_FUNCTIONS = [
    "DROP FUNCTION care_serves(bigint)",
    "DROP FUNCTION care_comes_to(bigint)",
    "DROP FUNCTION care_has_a_hand(bigint, bigint)",
    "DROP FUNCTION care_by_rota()",
]
APPEND_ONLY = """
CREATE FUNCTION care_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%' THEN RETURN NULL; END IF;
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'hub_change' AND current_setting('care.erasing', true) = 'yes' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME;
END $$"""
KEPT = ("hub_auditevent", "hub_agreementsignature", "hub_tombstone", "hub_change")
REMEMBER = """
CREATE FUNCTION care_remember() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb := to_jsonb(OLD) - 'password' - 'last_login';
BEGIN
    IF TG_OP = 'DELETE' OR was <> to_jsonb(NEW) - 'password' - 'last_login' THEN
        INSERT INTO hub_change (at, viewer, "table", "row", deed, was) VALUES (
            clock_timestamp(), nullif(current_setting('care.viewer', true), '')::bigint,
            TG_TABLE_NAME, (was->>'id')::bigint, lower(TG_OP), was);
    END IF;
    RETURN NULL;
END $$"""
REMEMBERED = (
    *("hub_agency", "hub_area", "hub_user", "hub_sharingagreement", "hub_delegation", "hub_person", "hub_need"),
    *("hub_note", "hub_objection", "hub_hold", "hub_emergencyaccess"),
    *("visits_worker", "visits_competence", "visits_namedworker", "visits_barredworker"),
)


def put_up(table, visible):
    """The statements that wall a table in."""
    visible = visible.format(table=table)
    shown = f"{EVERYTHING} OR {visible}"
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY viewer ON {table} USING ({shown}) WITH CHECK ({shown})",
        ],
        [
            f"DROP POLICY viewer ON {table}",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )


def keep(table):
    """The triggers that refuse to change or remove a row."""
    return migrations.RunSQL(
        [
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION care_append_only()",
            f"CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION care_append_only()",
        ],
        [f"DROP TRIGGER append_only_whole ON {table}", f"DROP TRIGGER append_only ON {table}"],
    )


def remember(table):
    """The trigger that keeps what a row held before."""
    return migrations.RunSQL(
        f"CREATE TRIGGER remember AFTER UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION care_remember()",
        f"DROP TRIGGER remember ON {table}",
    )


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("hub", "0005_audit_and_rights"),
        ("visits", "0003_carried_over"),
        ("scheduling", "0002_one_at_a_time"),
    ]

    operations = [
        migrations.RunSQL([KEYS], ["DROP FUNCTION care_keys(text)"]),
        migrations.RunSQL(BY_ROTA_FUNCTIONS, FORGET_FUNCTIONS),
        migrations.RunSQL([APPEND_ONLY], ["DROP FUNCTION care_append_only()"]),
        *[put_up(table, visible) for table, visible in VISIBLE.items()],
        *[keep(table) for table in KEPT],
        # Anybody's change is remembered; only whoever sees everything reads it.
        migrations.RunSQL(
            [
                "ALTER TABLE hub_change ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE hub_change FORCE ROW LEVEL SECURITY",
                f"CREATE POLICY viewer ON hub_change USING ({EVERYTHING})",
                "CREATE POLICY anybody ON hub_change FOR INSERT WITH CHECK (true)",
            ],
            [
                "DROP POLICY anybody ON hub_change",
                "DROP POLICY viewer ON hub_change",
                "ALTER TABLE hub_change NO FORCE ROW LEVEL SECURITY",
                "ALTER TABLE hub_change DISABLE ROW LEVEL SECURITY",
            ],
        ),
        migrations.RunSQL(REMEMBER, "DROP FUNCTION care_remember()"),
        *[remember(table) for table in REMEMBERED],
    ]
