//! Tests of which JSON objects are sessions: repeated names, mixed dialects, missing values.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::super::members::Members;
use super::super::{SdkLanguage, SdkOpenError};
use super::open_plaintext;
use crate::clock::Timestamp;

/// Opens a cookie with an access token in Python's dialect and the members `more`.
fn with(more: &str) -> Result<super::Opened, SdkOpenError> {
    open_plaintext(format!(r#"{{"access_token":"at"{more}}}"#))
}

#[test]
fn repeated_names_are_refused_however_they_are_written() {
    for repeated in [
        r#","access_token":"at""#,
        r#","access\u005ftoken":"other""#,
        r#","refresh_token":null,"refresh_token":"rt""#,
        r#","id_token":"a","id_token":"b""#,
        r#","expires_at":1,"expires_at":2"#,
        r#","user":{},"user":{"sub":"usr_2"}"#,
        r#","user":null,"user":null"#,
        r#","theme":1,"theme":1"#,
        r#","theme":1,"th\u0065me":2"#,
    ] {
        assert_eq!(with(repeated).unwrap_err(), SdkOpenError::RepeatedName, "{repeated}");
    }
}

#[test]
fn names_of_both_dialects_are_refused() {
    for mixed in [
        r#","accessToken":"at""#,
        r#","accessToken":null"#,
        r#","refreshToken":"rt""#,
        r#","idToken":"it""#,
        r#","expiresAt":1"#,
        r#","expires\u0041t":1"#,
    ] {
        assert_eq!(with(mixed).unwrap_err(), SdkOpenError::MixedDialects, "{mixed}");
        let first = format!("{{{},\"access_token\":\"at\"}}", &mixed[1..]);
        assert_eq!(open_plaintext(first).unwrap_err(), SdkOpenError::MixedDialects, "{mixed}");
    }
    let node = open_plaintext(r#"{"accessToken":"at","expires_at":1}"#);
    assert_eq!(node.unwrap_err(), SdkOpenError::MixedDialects);
}

#[test]
fn what_is_no_session_is_refused() {
    for text in [
        "null",
        "[]",
        "\"{}\"",
        "1",
        "{}",
        "{",
        "}",
        "{}{}",
        "{} x",
        "{,}",
        r#"{"access_token"}"#,
        r#"{"access_token":}"#,
        r#"{"access_token":"at",}"#,
        r#"{"access_token":"at""#,
        r#"{"access_token":"at"}}"#,
        r#"{"access_token":"at" "id_token":"it"}"#,
        r#"{,"access_token":"at"}"#,
        r#"{"access_token":"at"},"#,
        r#"{access_token:"at"}"#,
        r#"{'access_token':'at'}"#,
        r#"{1:1,"access_token":"at"}"#,
        "\u{feff}{}",
        r#"{"access_token":"at"/**/}"#,
        r#"{"access_token":null}"#,
        r#"{"access_token":""}"#,
        r#"{"access_token":1}"#,
        r#"{"access_token":["at"]}"#,
        r#"{"access_token":"\ud800"}"#,
        r#"{"user":{"sub":"usr_1"},"expires_at":9999999999}"#,
        r#"{"Access_Token":"at"}"#,
        r#"{"user":{"access_token":"at"}}"#,
    ] {
        assert_eq!(open_plaintext(text).unwrap_err(), SdkOpenError::NoSession, "{text}");
    }
    for more in [
        r#","refresh_token":1"#,
        r#","refresh_token":{}"#,
        r#","id_token":true"#,
        r#","user":"usr_1""#,
        r#","user":[]"#,
        r#","user":1"#,
        r#","expires_at":"1""#,
        r#","expires_at":{}"#,
        r#","expires_at":1e999"#,
        r#","expires_at":NaN"#,
        r#","expires_at":01"#,
        r#","a":tru"#,
        r#","a":"b"#,
        ",\"a\":\"\n\"",
    ] {
        assert_eq!(with(more).unwrap_err(), SdkOpenError::NoSession, "{more}");
    }
    assert_eq!(open_plaintext(b"{\"access_token\":\"\xff\"}").unwrap_err(), SdkOpenError::NoSession);
}

#[test]
fn missing_values_may_be_null_absent_or_empty() {
    let expected = open_plaintext(r#"{"access_token":"at"}"#).unwrap().payload;
    assert!(expected.refresh_token.is_none() && expected.id_token.is_none());
    assert!(expected.unverified_user().is_none() && expected.unverified_expires_at().is_none());
    let more = r#" , "refresh_token" :"" ,"id_token": null,"expires_at":null ,"user":null"#;
    assert_eq!(with(more).unwrap().payload, expected);
    assert_eq!(open_plaintext("\r\n\t {\"accessToken\":\"at\"}\n").unwrap().dialect, SdkLanguage::Node);
}

#[test]
fn ends_may_have_fractions_and_never_overflow() {
    for (written, milliseconds) in [
        ("1735689600", 1_735_689_600_000),
        ("1735689600.5", 1_735_689_600_500),
        ("0", 0),
        ("-1", 0),
        ("1e300", u64::MAX),
        ("-1e300", 0),
    ] {
        let opened = with(&format!(r#","expires_at":{written}"#)).unwrap();
        assert_eq!(
            opened.payload.unverified_expires_at(),
            Some(Timestamp::from_millis(milliseconds)),
            "{written}"
        );
    }
}

#[test]
fn r43_more_members_than_any_package_writes_are_refused() {
    let members = |count: usize| (0..count).map(|index| format!(r#","n{index}":0"#)).collect::<String>();
    assert!(with(&members(31)).is_ok());
    assert_eq!(with(&members(32)).unwrap_err(), SdkOpenError::NoSession);
    assert_eq!(with(&members(300)).unwrap_err(), SdkOpenError::NoSession);
}

proptest! {
    /// Reading in place finds the same members as a parser that builds values.
    #[test]
    fn members_are_those_that_a_parser_finds(object in objects(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&object) } else { serde_json::to_string(&object) }.unwrap();
        let mut found = Map::new();
        for member in Members::of(&text) {
            let member = member.unwrap();
            let name: String = serde_json::from_str(member.written_name).unwrap();
            prop_assert_eq!(&name, &*member.name);
            found.insert(name, serde_json::from_str(member.value).unwrap());
        }
        prop_assert_eq!(found, object);
    }

    #[test]
    fn what_a_parser_refuses_is_refused(object in objects(), at: prop::sample::Index, to in "[\\PC]") {
        let text = serde_json::to_string(&object).unwrap();
        let mut characters: Vec<char> = text.chars().collect();
        let at = at.index(characters.len());
        characters[at] = to.chars().next().unwrap();
        let changed: String = characters.into_iter().collect();
        let read = Members::of(&changed).all(|member| member.is_ok());
        let parsed = serde_json::from_str::<BTreeMap<String, IgnoredAny>>(&changed).is_ok();
        prop_assert_eq!(read, parsed, "{}", changed);
    }
}

fn objects() -> impl Strategy<Value = Map<String, Value>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1000_i32..1000).prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        "\\PC{0,6}|[\"\\\\\n\u{0}]{0,3}".prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("\\PC{0,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    prop::collection::btree_map("\\PC{0,4}|[\"\\\\\n]{1,2}", value, 0..5)
        .prop_map(|map| map.into_iter().collect())
}
