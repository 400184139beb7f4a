"""The SQL of the seed. Everything is chosen by a hash of the row's number, so the same size gives the same rows."""

# A number from 0 to below `below`, always the same for the same row and purpose.
PICK = """
CREATE OR REPLACE FUNCTION pg_temp.pick(row_number bigint, purpose int, below int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ((hashint8extended(row_number, purpose) & 9223372036854775807) %% below)::int
$$
""".replace("%%", "%")

RESIDENTS = """
INSERT INTO portal_user (password, is_superuser, username, phone, phone_verified_at, email, legal_name, display_name,
    language, elder_mode, is_active, is_staff, date_joined, under_14, session_epoch)
SELECT '!', false, NULL, '+86139' || lpad(n::text, 8, '0'), now(), '',
    substr(%(surnames)s, n %% 20 + 1, 1) || (%(given)s::text[])[n / 20 %% 12 + 1],
    '邻居' || n, 'zh-hans', n %% 9 = 0, true, false, now() - interval '3 years', false, 0
FROM generate_series(1, %(people)s) AS n
"""
RESIDENCIES = """
INSERT INTO grids_residency (address, status, requested_at, reason, decided_at, decided_by_id, user_id, community_id)
SELECT '3栋2单元' || (u.id %% 800 + 101), 'approved', now() - interval '3 years', '见面确认',
    now() - interval '3 years', h.user_id, u.id, h.community_id
FROM portal_user u
JOIN (
    SELECT row_number() OVER (ORDER BY c.path) AS n, c.id AS community_id, a.user_id
    FROM grids_territory c JOIN grids_appointment a ON a.territory_id = c.id AND a.role = 'community_worker'
) AS h ON h.n = u.id %% 40 + 1
WHERE u.phone LIKE '+86139%%'
"""
VOLUNTEERS = """
INSERT INTO grids_appointment (role, starts_on, public_phone, reason, user_id, territory_id)
SELECT 'volunteer', current_date - 1000, '', '', r.user_id, r.community_id
FROM (SELECT user_id, community_id FROM grids_residency ORDER BY user_id LIMIT %(count)s) AS r
"""

# What the chunks read again and again.
PLAN = """
CREATE TEMPORARY TABLE plan ON COMMIT DROP AS
SELECT n, at, day,
    to_char(day, 'YYYY-MMDD-') || lpad((row_number() OVER (PARTITION BY day ORDER BY n))::text, 4, '0') AS number
FROM (
    SELECT n, at, (at AT TIME ZONE 'Asia/Shanghai')::date AS day FROM (
        SELECT n, %(now)s::timestamptz - (%(wishes)s - n + 1) * (%(days)s * interval '1 day' / %(wishes)s) AS at
        FROM generate_series(1, %(wishes)s) AS n
    ) AS moments
) AS days
"""
PLAN_KEY = "ALTER TABLE plan ADD PRIMARY KEY (n)"
NUMBERS = "INSERT INTO wishes_wishnumber (day, last) SELECT day, count(*) FROM plan GROUP BY day"
PLACES = """
CREATE TEMPORARY TABLE homes ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY g.path) AS n, g.id, g.path, c.id AS community_id,
    (SELECT user_id FROM grids_appointment a WHERE a.territory_id = g.id AND a.role = 'grid_head') AS head_id,
    (SELECT array_agg(user_id ORDER BY user_id) FROM grids_appointment a
     WHERE a.territory_id = c.id AND a.role = 'volunteer') AS volunteers
FROM grids_territory g JOIN grids_territory c ON c.path = left(g.path, 15)
WHERE g.level = 6
"""
MATTERS = """
CREATE TEMPORARY TABLE matters ON COMMIT DROP AS
SELECT code, array_agg(matter ORDER BY at) AS phrases
FROM unnest(%(matter_codes)s::text[], %(matters)s::text[]) WITH ORDINALITY AS given (code, matter, at) GROUP BY code
"""
RESIDENT_IDS = """
CREATE TEMPORARY TABLE residents ON COMMIT DROP AS
SELECT row_number() OVER (PARTITION BY community_id ORDER BY user_id) AS n, user_id, community_id,
    count(*) OVER (PARTITION BY community_id) AS neighbours
FROM grids_residency
"""
RESIDENT_KEY = "CREATE INDEX ON residents (community_id, n)"
WITHOUT_GRAMS = "DROP INDEX wish_search_grams"

# Ages run evenly over three years; of the last four days half are open, of the month before a few.
DRAWN = """
CREATE TEMPORARY TABLE drawn ON COMMIT DROP AS
SELECT chosen.*,
    CASE WHEN state = 'closed' THEN
        CASE WHEN lot_end < 88 THEN 'fulfilled' WHEN lot_end < 92 THEN 'cannot_be_done'
             WHEN lot_end < 96 THEN 'not_ours' WHEN lot_end < 97 THEN 'declined' ELSE 'withdrawn' END
    ELSE '' END AS ending
FROM (
    SELECT p.n, p.at, p.number, h.id AS territory_id, h.community_id, h.path, h.head_id,
        h.volunteers[pg_temp.pick(p.n, 1, cardinality(h.volunteers)) + 1] AS helper_id,
        c.id AS category_id, c.code, c.kind, c.urgency, c.name AS category,
        pg_temp.pick(p.n, 2, 100) AS lot_end, pg_temp.pick(p.n, 3, 6) + 1 AS hours,
        CASE WHEN p.at > %(now)s - interval '4 days' OR pg_temp.pick(p.n, 4, 200) = 0 THEN
            CASE pg_temp.pick(p.n, 5, 20)
                WHEN 0 THEN 'submitted' WHEN 1 THEN 'verifying' WHEN 2 THEN 'fulfilled' WHEN 3 THEN 'fulfilled'
                WHEN 4 THEN 'claimed' WHEN 5 THEN 'claimed' WHEN 6 THEN 'claimed' WHEN 7 THEN 'claimed'
                WHEN 8 THEN 'claimed' WHEN 9 THEN 'claimed' ELSE 'published' END
        ELSE 'closed' END AS state
    FROM plan p
    JOIN homes h ON h.n = pg_temp.pick(p.n, 6, 400) + 1
    JOIN wishes_category c ON c.id = (%(categories)s::bigint[])[pg_temp.pick(p.n, 7, 100) + 1]
    WHERE p.n BETWEEN %(first)s AND %(last)s
) AS chosen
"""
WISH = """
INSERT INTO wishes_wish (id, number, title, details, kind, urgency, quantity, unit, path, place, address, contact_name,
    contact_phone, show_name, special_group, state, "end", end_reason, referred_to, reopen_count, escalation, due_at,
    created_at, submitted_at, responded_at, published_at, claimed_at, fulfilled_at, closed_at, version, draft_step,
    author_id, category_id, claimant_id, community_id, responsible_id, responsible_territory_id, territory_id)
SELECT d.n, d.number,
    (%(whose)s::text[])[pg_temp.pick(d.n, 11, cardinality(%(whose)s::text[])) + 1]
        || m.phrases[pg_temp.pick(d.n, 12, cardinality(m.phrases)) + 1]
        || (%(asks)s::text[])[pg_temp.pick(d.n, 13, cardinality(%(asks)s::text[])) + 1],
    (%(stories)s::text[])[pg_temp.pick(d.n, 14, 12) + 1] || (%(stories)s::text[])[pg_temp.pick(d.n, 15, 12) + 1]
        || CASE WHEN pg_temp.pick(d.n, 16, 2) = 0 THEN '在社区里问了一圈。' ELSE '' END
        || coalesce((SELECT string_agg('还有' || word || '。', '')
                     FROM unnest(%(rare)s::text[], %(one_in)s::int[]) AS r (word, one_in)
                     WHERE pg_temp.pick(d.n, 17, one_in) = 0), ''),
    d.kind, d.urgency, CASE WHEN d.kind = 'goods' THEN 1 END, CASE WHEN d.kind = 'goods' THEN '件' ELSE '' END, d.path,
    (%(near)s::text[])[pg_temp.pick(d.n, 18, 8) + 1], pg_temp.pick(d.n, 19, 20) + 1 || '栋302室', '居民',
    '+86139' || lpad(pg_temp.pick(d.n, 20, 10000000)::text, 8, '0'), pg_temp.pick(d.n, 21, 2) = 0,
    CASE WHEN d.state = 'verifying' OR pg_temp.pick(d.n, 22, 12) = 0 THEN 'solitary_elder' ELSE '' END,
    d.state, d.ending,
    CASE WHEN d.ending IN ('cannot_be_done', 'not_ours', 'declined') THEN '情况已经说明，请理解。' ELSE '' END,
    CASE WHEN d.ending = 'not_ours' THEN '物业公司' ELSE '' END, 0,
    CASE WHEN d.state <> 'closed' AND d.at < %(now)s - interval '9 days' THEN 3 ELSE 0 END, d.at + interval '9 days',
    d.at - interval '5 minutes', d.at, d.at + interval '10 minutes',
    CASE WHEN d.state NOT IN ('submitted', 'verifying') AND d.ending <> 'declined'
        THEN d.at + interval '10 minutes' END,
    CASE WHEN d.state IN ('claimed', 'fulfilled') OR d.ending = 'fulfilled' THEN d.at + d.hours * interval '1 hour' END,
    CASE WHEN d.state = 'fulfilled' OR d.ending = 'fulfilled' THEN d.at + d.hours * interval '9 hours' END,
    CASE WHEN d.state = 'closed' THEN d.at + d.hours * interval '12 hours' END, 4, '',
    r.user_id, d.category_id,
    CASE WHEN d.state IN ('claimed', 'fulfilled') OR d.ending = 'fulfilled' THEN d.helper_id END,
    d.community_id, d.head_id, d.territory_id, d.territory_id
FROM drawn d
JOIN matters m ON m.code = d.code
JOIN LATERAL (
    SELECT neighbours FROM residents WHERE community_id = d.community_id AND n = 1
) AS all_of_them ON true
JOIN residents r ON r.community_id = d.community_id
    AND r.n = pg_temp.pick(d.n, 23, all_of_them.neighbours::int) + 1
"""
CLAIMS = """
INSERT INTO wishes_claim (wish_id, claimant_id, exclusive, state, message, claimed_at, ended_at, end_reason, note)
SELECT w.id, w.claimant_id, true, CASE WHEN w.state = 'claimed' THEN 'live' ELSE 'done' END, '我来帮您', w.claimed_at,
    w.fulfilled_at, '', CASE WHEN w.state = 'claimed' THEN '' ELSE '已经办好了，您看看。' END
FROM wishes_wish w WHERE w.id BETWEEN %(first)s AND %(last)s AND w.claimant_id IS NOT NULL
"""
RATINGS = """
INSERT INTO wishes_rating (wish_id, round, speed, attitude, result, comment, rated_at)
SELECT w.id, 0, 5 - pg_temp.pick(w.id, 31, 3), 5 - pg_temp.pick(w.id, 32, 2), 5 - pg_temp.pick(w.id, 33, 3), '',
    w.closed_at
FROM wishes_wish w
WHERE w.id BETWEEN %(first)s AND %(last)s AND w."end" = 'fulfilled' AND pg_temp.pick(w.id, 34, 10) < 7
"""
CLOCKS = """
INSERT INTO portal_clock (subject_type, subject_id, kind, limit_code, territory_id, started_at, state, due_at, warn_at,
    warned_at, escalation, next_escalation_at, paused_reason, stopped_at)
SELECT 'wishes.wish', w.id, 'wishes.wish', '7d', w.territory_id, w.submitted_at,
    CASE WHEN w.state IN ('fulfilled', 'closed') THEN 'stopped' ELSE 'running' END, w.due_at,
    w.due_at - interval '1 day', CASE WHEN w.due_at - interval '1 day' < %(now)s THEN w.due_at - interval '1 day' END,
    w.escalation, CASE WHEN w.state NOT IN ('fulfilled', 'closed') AND w.due_at > %(now)s THEN w.due_at END, '',
    CASE WHEN w.state IN ('fulfilled', 'closed') THEN coalesce(w.fulfilled_at, w.closed_at) END
FROM wishes_wish w WHERE w.id BETWEEN %(first)s AND %(last)s
"""
EVENTS = """
INSERT INTO portal_event (type, payload, subject_type, subject_id, visibility, text_digest, occurred_at, recorded_at,
    actor_id)
SELECT e.type, e.payload, 'wishes.wish', w.id, 'public', '', e.at, e.at, e.actor_id
FROM wishes_wish w
LEFT JOIN wishes_claim c ON c.wish_id = w.id
LEFT JOIN wishes_rating r ON r.wish_id = w.id
CROSS JOIN LATERAL (VALUES
    ('wishes.wish.submitted', jsonb_build_object('wish_id', w.id, 'again', false), w.submitted_at, w.author_id),
    ('wishes.wish.dispatched', jsonb_build_object('wish_id', w.id, 'territory_id', w.territory_id, 'responsible_id',
        w.responsible_id), w.submitted_at, NULL::bigint),
    ('wishes.wish.published', jsonb_build_object('wish_id', w.id), w.published_at, NULL),
    ('wishes.wish.claimed', jsonb_build_object('wish_id', w.id, 'claim_id', c.id, 'claimant_id', c.claimant_id),
        c.claimed_at, c.claimant_id),
    ('wishes.wish.fulfilled', jsonb_build_object('wish_id', w.id, 'claim_id', c.id), w.fulfilled_at, c.claimant_id),
    ('wishes.wish.confirmed', jsonb_build_object('wish_id', w.id, 'rating_id', r.id, 'speed', r.speed, 'attitude',
        r.attitude, 'result', r.result), r.rated_at, w.author_id),
    ('wishes.wish.auto_confirmed', jsonb_build_object('wish_id', w.id),
        CASE WHEN w."end" = 'fulfilled' AND r.id IS NULL THEN w.closed_at END, NULL)
) AS e (type, payload, at, actor_id)
WHERE w.id BETWEEN %(first)s AND %(last)s AND e.at IS NOT NULL
ORDER BY e.at
"""
# The same as wishes.wishes.words.fold makes of these texts, which hold no letters and no traditional characters.
WORDS = """
INSERT INTO wishes_searchtext (wish_id, words, internal)
SELECT w.id, trim(regexp_replace(concat_ws(' ', w.title, w.details, w.place, c.name), '[，。 ]+', ' ', 'g')),
    trim(regexp_replace(concat_ws(' ', w.end_reason, w.referred_to), '[，。 ]+', ' ', 'g'))
FROM wishes_wish w JOIN wishes_category c ON c.id = w.category_id
WHERE w.id BETWEEN %(first)s AND %(last)s
"""
WISHES = (DRAWN, WISH, CLAIMS, RATINGS, CLOCKS, EVENTS, WORDS, "DROP TABLE drawn")

NEXT_ID = "SELECT setval(pg_get_serial_sequence('wishes_wish', 'id'), max(id)) FROM wishes_wish"
GRAMS = """
CREATE INDEX wish_search_grams ON wishes_searchtext USING gin (wishes_grams(words, internal))
WITH (gin_pending_list_limit = 256)
"""
FREQUENCIES = "ALTER INDEX wish_search_grams ALTER COLUMN 1 SET STATISTICS 300"
OPEN_COUNTS = """
INSERT INTO wishes_opencount (territory_id, open)
SELECT territory_id, count(*) FROM wishes_wish WHERE state = 'published' GROUP BY territory_id
"""

STEPS = {
    "residents": (RESIDENTS, RESIDENCIES),
    "volunteers": (VOLUNTEERS,),
    "before": (PLAN, PLAN_KEY, NUMBERS, PLACES, MATTERS, RESIDENT_IDS, RESIDENT_KEY, WITHOUT_GRAMS),
    "after": (NEXT_ID, GRAMS, FREQUENCIES, OPEN_COUNTS),
}
