//! The content of an opened session cookie, and its format.
//!
//! ```text
//!    1  layout 0x01
//!   16  session id
//!   16  live value
//!    1  flags: bit 0 unverified, the others zero
//!    n  generation
//!    n  login time, milliseconds since the Unix epoch
//!    n  time of the last refresh, as the difference to the login time
//!    n  end of the access token, as the difference to the time of the last refresh
//! then fields, with ascending tags:
//!    n  tag: 2 access token, 4 refresh token, 6 ID token, 8 profile, 10 identity
//!    n  length
//!       content
//! ```
//!
//! The head, up to the fields, is final: everything that a session needs later becomes a field.
//!
//! A reader skips an unknown field with an odd tag, and refuses a cookie that has an unknown field with an even tag.
//! So a newer version can add facts that an older version may ignore, and facts that it must not ignore (R38).

use std::fmt;

use zeroize::Zeroizing;

use super::packed_token::PackedToken;
use super::wire::{MAX_NUMBER, Reader, Writer};
use crate::clock::Timestamp;
use crate::secret::{AccessToken, IdToken, RefreshToken};

const LAYOUT: u8 = 1;
const UNVERIFIED: u8 = 1;

const ACCESS_TOKEN: u64 = 2;
const REFRESH_TOKEN: u64 = 4;
const ID_TOKEN: u64 = 6;
const PROFILE: u64 = 8;
const IDENTITY: u64 = 10;

/// A session as its cookie holds it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SessionPayload {
    /// Random, new with each login, organization switch and step-up.
    pub(crate) session_id: [u8; 16],
    /// What the live marker must hold.
    pub(crate) live: [u8; 16],
    /// How often the tokens were refreshed since login.
    pub(crate) generation: u32,
    /// When the user logged in.
    pub(crate) login_at: Timestamp,
    /// When these tokens came: the time of the last refresh, or of the login.
    pub(crate) refreshed_at: Timestamp,
    /// From when on the access token is not used any more.
    pub(crate) end: Timestamp,
    /// The access token was not verified when it was sealed, so it cannot be served yet.
    pub(crate) unverified: bool,
    pub(crate) access_token: AccessToken,
    pub(crate) refresh_token: Option<RefreshToken>,
    pub(crate) id_token: Option<IdToken>,
    /// The profile as JSON, when the ID token was left out for lack of room.
    pub(crate) profile: Option<Zeroizing<Vec<u8>>>,
    /// Split layout: the claims that identify the session, as JSON, in a cookie that does not hold the access token.
    /// `access_token` is empty then.
    pub(crate) identity: Option<Zeroizing<Vec<u8>>>,
    /// Members of the SDK cookie that this crate does not know, to write back there. They are not sealed here.
    pub(crate) beside: Option<Zeroizing<String>>,
}

impl SessionPayload {
    /// The bytes to seal.
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut buffers: [Zeroizing<Vec<u8>>; 3] = Default::default();
        let [access_buffer, refresh_buffer, id_buffer] = &mut buffers;
        let access_token = PackedToken::pack(self.access_token.secret(), access_buffer);
        let refresh_token =
            self.refresh_token.as_ref().map(|token| PackedToken::pack(token.secret(), refresh_buffer));
        let id_token = self.id_token.as_ref().map(|token| PackedToken::pack(token.secret(), id_buffer));
        let tokens = [
            (ACCESS_TOKEN, Some(access_token), None),
            (REFRESH_TOKEN, refresh_token, None),
            (ID_TOKEN, id_token, access_token.header()),
        ];

        let mut writer = Writer::with_capacity(self.capacity());
        writer.bytes(&[LAYOUT]);
        writer.bytes(&self.session_id);
        writer.bytes(&self.live);
        writer.bytes(&[if self.unverified { UNVERIFIED } else { 0 }]);
        writer.number(self.generation.into());
        let [login_at, refreshed_at, end] =
            [self.login_at, self.refreshed_at, self.end].map(Timestamp::as_millis);
        writer.number(login_at);
        writer.difference(login_at, refreshed_at);
        writer.difference(refreshed_at, end);
        for (tag, token, other_header) in tokens {
            if let Some(token) = token {
                writer.number(tag);
                writer.number(token.length(other_header) as u64);
                token.write(&mut writer, other_header);
            }
        }
        if let Some(profile) = &self.profile {
            writer.number(PROFILE);
            writer.prefixed(profile);
        }
        if let Some(identity) = &self.identity {
            writer.number(IDENTITY);
            writer.prefixed(identity);
        }
        writer.finish()
    }

    /// Reads what [`encode`](Self::encode) wrote, in this version or a newer one.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        SessionView::parse(bytes).map(|view| view.to_payload())
    }

    /// At least as many bytes as are written. A packed token is longer than its text by at most one byte and two
    /// numbers.
    fn capacity(&self) -> usize {
        let fixed = 1 + 16 + 16 + 1 + 4 * MAX_NUMBER;
        let contents = [
            self.access_token.secret().len(),
            self.refresh_token.as_ref().map_or(0, |token| token.secret().len()),
            self.id_token.as_ref().map_or(0, |token| token.secret().len()),
            self.profile.as_ref().map_or(0, |profile| profile.len()),
            self.identity.as_ref().map_or(0, |identity| identity.len()),
        ];
        let field = 1 + MAX_NUMBER + 1 + 2 * MAX_NUMBER;
        fixed + contents.into_iter().map(|content| field + content).sum::<usize>()
    }
}

impl fmt::Debug for SessionPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionPayload")
            .field("generation", &self.generation)
            .field("login_at", &self.login_at)
            .field("refreshed_at", &self.refreshed_at)
            .field("end", &self.end)
            .field("unverified", &self.unverified)
            .field("refresh_token", &self.refresh_token.is_some())
            .field("id_token", &self.id_token.is_some())
            .field("profile", &self.profile.is_some())
            .finish_non_exhaustive()
    }
}

/// A session that is read in place: nothing is copied until the caller takes a token.
#[derive(Clone, Copy)]
pub(crate) struct SessionView<'a> {
    pub(crate) session_id: [u8; 16],
    pub(crate) live: [u8; 16],
    pub(crate) generation: u32,
    pub(crate) login_at: Timestamp,
    pub(crate) refreshed_at: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) unverified: bool,
    /// The profile as JSON.
    pub(crate) profile: Option<&'a [u8]>,
    identity: Option<&'a [u8]>,
    access_token: PackedToken<'a>,
    refresh_token: Option<PackedToken<'a>>,
    id_token: Option<PackedToken<'a>>,
}

impl<'a> SessionView<'a> {
    /// Reads an opened payload.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut bytes = Reader::new(bytes);
        if bytes.byte()? != LAYOUT {
            return Err(Malformed);
        }
        let [session_id, live] = [bytes.array()?, bytes.array()?];
        let unverified = match bytes.byte()? {
            0 => false,
            UNVERIFIED => true,
            _ => return Err(Malformed),
        };
        let generation = u32::try_from(bytes.number()?).map_err(|_| Malformed)?;
        let login_at = bytes.number()?;
        let refreshed_at = bytes.difference(login_at)?;
        let end = bytes.difference(refreshed_at)?;

        let (mut access_token, mut refresh_token, mut id_token) = (None, None, None);
        let (mut profile, mut identity) = (None, None);
        let mut last = 0;
        while !bytes.is_empty() {
            let tag = bytes.number()?;
            let content = bytes.prefixed()?;
            if tag <= last {
                return Err(Malformed);
            }
            last = tag;
            match tag {
                ACCESS_TOKEN => access_token = Some(PackedToken::read(content, None)?),
                REFRESH_TOKEN => refresh_token = Some(PackedToken::read(content, None)?),
                ID_TOKEN => {
                    let other_header = access_token.as_ref().and_then(PackedToken::header);
                    id_token = Some(PackedToken::read(content, other_header)?);
                }
                PROFILE => profile = Some(content),
                IDENTITY => identity = Some(content),
                unknown if unknown % 2 == 0 => return Err(Malformed),
                _ => {}
            }
        }
        Ok(Self {
            session_id,
            live,
            generation,
            login_at: Timestamp::from_millis(login_at),
            refreshed_at: Timestamp::from_millis(refreshed_at),
            end: Timestamp::from_millis(end),
            unverified,
            profile,
            identity,
            access_token: access_token.ok_or(Malformed)?,
            refresh_token,
            id_token,
        })
    }

    /// The claims of the access token as JSON, in place. When the access token is in another cookie, the claims that
    /// this cookie keeps. `None` when the access token is not a JWT.
    pub(crate) const fn access_claims(&self) -> Option<&'a [u8]> {
        match self.identity {
            Some(identity) => Some(identity),
            None => self.access_token.claims(),
        }
    }

    /// The claims of the ID token as JSON, in place.
    pub(crate) fn id_claims(&self) -> Option<&'a [u8]> {
        self.id_token.as_ref().and_then(PackedToken::claims)
    }

    pub(crate) fn access_token(&self) -> AccessToken {
        AccessToken::new(self.access_token.unpack())
    }

    pub(crate) fn refresh_token(&self) -> Option<RefreshToken> {
        self.refresh_token.map(|token| RefreshToken::new(token.unpack()))
    }

    pub(crate) fn id_token(&self) -> Option<IdToken> {
        self.id_token.map(|token| IdToken::new(token.unpack()))
    }

    /// An owned copy.
    pub(crate) fn to_payload(self) -> SessionPayload {
        SessionPayload {
            session_id: self.session_id,
            live: self.live,
            generation: self.generation,
            login_at: self.login_at,
            refreshed_at: self.refreshed_at,
            end: self.end,
            unverified: self.unverified,
            access_token: self.access_token(),
            refresh_token: self.refresh_token(),
            id_token: self.id_token(),
            profile: self.profile.map(|profile| Zeroizing::new(profile.to_vec())),
            identity: self.identity.map(|identity| Zeroizing::new(identity.to_vec())),
            beside: None,
        }
    }
}

impl fmt::Debug for SessionView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionView")
            .field("generation", &self.generation)
            .field("end", &self.end)
            .field("unverified", &self.unverified)
            .finish_non_exhaustive()
    }
}

/// The opened bytes are not a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a session")]
pub(crate) struct Malformed;
