//! Tests the decision table row by row. Each case begins with the number of its row, which appears when the case fails.

use super::*;

const NOW: Timestamp = Timestamp::from_secs(1_760_000_000);
const PLAIN: RequestTraits = RequestTraits { preflight: false, writable: true, early: true };
const LATE: RequestTraits = RequestTraits { writable: false, ..PLAIN };
const QUIET: RequestTraits = RequestTraits { early: false, ..PLAIN };
const PREFLIGHT: RequestTraits = RequestTraits { preflight: true, ..PLAIN };

const KEEP: Decision = Decision::Anonymous(Cookies::Keep);
const DELETE: Decision = Decision::Anonymous(Cookies::Delete);
const REQUIRED: Decision = Decision::Refresh(Urgency::Required);
const EARLY: Decision = Decision::Refresh(Urgency::Opportunistic);

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A verified session, logged in an hour ago, in the middle of its token's life.
fn live() -> SessionEvidence {
    SessionEvidence {
        ended: Ended::No,
        login_at: NOW - secs(3600),
        refreshed_at: NOW - secs(100),
        end: NOW + secs(200),
        due_at: NOW + secs(170),
        refresh: Standing::Ready,
        token: Token::Valid,
    }
}

/// A session like [`live`], past the end of its token, which was not checked yet.
fn over() -> SessionEvidence {
    SessionEvidence { end: NOW, due_at: NOW - secs(30), token: Token::Unchecked, ..live() }
}

/// A session like [`live`], due for a refresh.
fn due() -> SessionEvidence {
    SessionEvidence { due_at: NOW, end: NOW + secs(30), ..live() }
}

#[test]
fn rows_0_to_2_without_a_session() {
    let policy = Policy::default();
    let sealed = |ago| Evidence::NoMarker { sealed_at: Some(NOW - secs(ago)) };
    let ended = SessionEvidence { ended: Ended::Revoked, ..live() };
    for (row, traits, evidence, expected) in [
        ("0 preflight of a live session", PREFLIGHT, Evidence::Session(&live()), KEEP),
        ("0 preflight of an ended session", PREFLIGHT, Evidence::Session(&ended), KEEP),
        ("1 no data", PLAIN, Evidence::NoData, KEEP),
        ("1 no marker, does not open", PLAIN, Evidence::NoMarker { sealed_at: None }, KEEP),
        ("1 no marker, sealed just now", PLAIN, sealed(59), KEEP),
        ("1 no marker, sealed a minute ago", PLAIN, sealed(60), DELETE),
        ("1 no marker, too late to write", LATE, sealed(60), KEEP),
        ("2 unreadable", PLAIN, Evidence::Unreadable, KEEP),
    ] {
        assert_eq!(decide(traits, evidence, &policy, NOW), expected, "row {row}");
    }
}

#[test]
fn r28_r28a_rows_3_limits_ends_and_sessions_from_the_future() {
    let policy = Policy::default();
    let login = |ago| SessionEvidence { login_at: NOW - ago, ..live() };
    let rotated = |ago| SessionEvidence { refreshed_at: NOW - ago, ..live() };
    let (absolute, idle) = (policy.absolute_limit, policy.idle_limit);
    let logged_out = |ago| SessionEvidence { ended: Ended::LoggedOut { since: NOW - secs(ago) }, ..live() };
    let future = SessionEvidence { login_at: NOW + secs(61), ..live() };
    for (row, session, expected) in [
        ("3a revoked", SessionEvidence { ended: Ended::Revoked, ..live() }, DELETE),
        ("3a revoked beats refresh", SessionEvidence { ended: Ended::Revoked, ..over() }, DELETE),
        ("3a logged out just now", logged_out(59), KEEP),
        ("3a logged out a minute ago", logged_out(60), DELETE),
        ("3a replaced by a login", SessionEvidence { ended: Ended::Replaced, ..live() }, KEEP),
        ("3b a second before absolute", login(absolute - secs(1)), Decision::Serve),
        ("3b at absolute", login(absolute), KEEP),
        ("3b five minutes past absolute", login(absolute + secs(300)), KEEP),
        ("3b longer past absolute", login(absolute + secs(301)), DELETE),
        ("3b at idle", rotated(idle), KEEP),
        ("3b long past idle", rotated(idle + secs(301)), DELETE),
        (
            "3c created in the future within leeway",
            SessionEvidence { login_at: NOW + secs(60), ..live() },
            Decision::Serve,
        ),
        ("3c created in the future", future, KEEP),
        ("3c rotated in the future", SessionEvidence { refreshed_at: NOW + secs(61), ..live() }, KEEP),
    ] {
        assert_eq!(decide(PLAIN, Evidence::Session(&session), &policy, NOW), expected, "row {row}");
    }
}

#[test]
fn r28_tightening_applies_to_live_sessions_and_refresh_moves_no_absolute_limit() {
    let tight = Policy { absolute_limit: secs(1800), ..Policy::default() };
    let fresh = SessionEvidence { refreshed_at: NOW, ..live() };
    assert_eq!(decide(PLAIN, Evidence::Session(&fresh), &tight, NOW), DELETE);
    assert_eq!(decide(PLAIN, Evidence::Session(&fresh), &Policy::default(), NOW), Decision::Serve);
}

#[test]
fn rows_4_to_7_the_token_is_over() {
    let policy = Policy::default();
    let until = NOW + secs(3);
    let waits = |retry_after| Decision::Unavailable { retry_after };
    let with = |refresh| SessionEvidence { refresh, ..over() };
    for (row, traits, session, expected) in [
        ("4 refresh", PLAIN, over(), REQUIRED),
        ("4 HEAD and prefetch too", QUIET, over(), REQUIRED),
        ("4 before any key fetch", PLAIN, SessionEvidence { token: Token::UnknownKey, ..over() }, REQUIRED),
        ("5 too late to write", LATE, over(), waits(RETRY_AFTER)),
        ("5 back-off", PLAIN, with(Standing::BackOff { until }), waits(secs(3))),
        ("6 rejected a moment ago", PLAIN, with(Standing::Rejected { since: NOW - secs(59) }), KEEP),
        ("6 rejected a minute ago", PLAIN, with(Standing::Rejected { since: NOW - secs(60) }), DELETE),
        ("6 spent", PLAIN, with(Standing::Spent), KEEP),
        ("7 no refresh token", PLAIN, with(Standing::None), KEEP),
    ] {
        assert_eq!(decide(traits, Evidence::Session(&session), &policy, NOW), expected, "row {row}");
    }
}

#[test]
fn rows_8_and_9_the_token_does_not_verify() {
    let policy = Policy::default();
    let waits = Decision::Unavailable { retry_after: RETRY_AFTER };
    let with = |token| SessionEvidence { token, ..live() };
    let bare = |token| SessionEvidence { token, refresh: Standing::None, ..live() };
    let back_off = Standing::BackOff { until: NOW + Duration::from_secs(3) };
    let paused = |token| SessionEvidence { token, refresh: back_off, ..live() };
    let pause = Decision::Unavailable { retry_after: Duration::from_secs(3) };
    for (row, traits, session, expected) in [
        ("unchecked", PLAIN, with(Token::Unchecked), Decision::Verify),
        ("8a unknown key", PLAIN, with(Token::UnknownKey), Decision::NeedKeys),
        ("8b still unknown", PLAIN, with(Token::StillUnknown), REQUIRED),
        ("8b still unknown, too late to write", LATE, with(Token::StillUnknown), waits),
        ("8b still unknown, in back-off", PLAIN, paused(Token::StillUnknown), pause),
        ("8b still unknown, no refresh token", PLAIN, bare(Token::StillUnknown), KEEP),
        ("8c keys unavailable", PLAIN, with(Token::KeysUnavailable), waits),
        ("9a invalid never refreshes", PLAIN, with(Token::Invalid), KEEP),
        ("9b not yet", PLAIN, with(Token::NotYet), waits),
    ] {
        assert_eq!(decide(traits, Evidence::Session(&session), &policy, NOW), expected, "row {row}");
    }
}

#[test]
fn r13_rows_10_to_12_a_valid_token_is_served_and_refreshed_early_only_when_it_may() {
    let policy = Policy::default();
    let with = |refresh| SessionEvidence { refresh, ..due() };
    let before = SessionEvidence { due_at: NOW + Duration::from_millis(1), ..due() };
    for (row, traits, session, expected) in [
        ("10 before due_at", PLAIN, before, Decision::Serve),
        ("11 when due", PLAIN, due(), EARLY),
        ("12 HEAD or prefetch", QUIET, due(), Decision::Serve),
        ("12 too late to write", LATE, due(), Decision::Serve),
        ("12 back-off", PLAIN, with(Standing::BackOff { until: NOW + secs(1) }), Decision::Serve),
        ("12 rejected", PLAIN, with(Standing::Rejected { since: NOW - secs(90) }), Decision::Serve),
        ("12 spent", PLAIN, with(Standing::Spent), Decision::Serve),
        ("12 no refresh token", PLAIN, with(Standing::None), Decision::Serve),
    ] {
        assert_eq!(decide(traits, Evidence::Session(&session), &policy, NOW), expected, "row {row}");
    }
}

#[test]
fn r4_r9_r11_rows_13_to_16_after_a_refresh() {
    let (valid, ended) = (NOW + secs(1), NOW);
    let failed = Refreshed::Failed { retry_after: secs(4) };
    let rejected = |ago| Refreshed::Rejected { since: NOW - secs(ago) };
    for (row, refreshed, old_end, expected) in [
        ("13a rotated", Refreshed::Succeeded { usable: true }, ended, Settlement::ServeNew),
        (
            "13b unverifiable, old lives",
            Refreshed::Succeeded { usable: false },
            valid,
            Settlement::WriteNewServeOld,
        ),
        (
            "13b unverifiable, old over",
            Refreshed::Succeeded { usable: false },
            ended,
            Settlement::WriteNewUnavailable,
        ),
        ("13c stranger", Refreshed::Stranger, valid, Settlement::Anonymous(Cookies::Delete)),
        ("13d other organization", Refreshed::OtherOrganization, valid, Settlement::Anonymous(Cookies::Keep)),
        ("13f ended meanwhile", Refreshed::Ended, valid, Settlement::Anonymous(Cookies::Keep)),
        ("13e spent, old lives", Refreshed::Spent, valid, Settlement::ServeOld),
        ("13e spent, old over", Refreshed::Spent, ended, Settlement::Anonymous(Cookies::Keep)),
        ("14 failed, old lives", failed, valid, Settlement::ServeOld),
        ("14 failed, old over", failed, ended, Settlement::Unavailable { retry_after: secs(4) }),
        ("15 rejected, old lives", rejected(90), valid, Settlement::ServeOld),
        ("16a rejected just now", rejected(59), ended, Settlement::Anonymous(Cookies::Keep)),
        ("16b rejected a minute ago", rejected(60), ended, Settlement::Anonymous(Cookies::Delete)),
    ] {
        assert_eq!(decide_refreshed(refreshed, old_end, true, NOW), expected, "row {row}");
    }
    let unverified = decide_refreshed(failed, valid, false, NOW);
    assert_eq!(
        unverified,
        Settlement::Unavailable { retry_after: secs(4) },
        "an unverified old token is never served"
    );
}
