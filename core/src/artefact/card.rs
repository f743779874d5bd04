//! `card`: an issuer's own description, signed by its founding key (protocol §3.1).

use super::fields::{Field, Fields, ItemWriter, MapWriter};
use super::{ArtefactError, Body, Kind, NamesSigner};
use crate::clock::UnixSeconds;
use crate::keys::{Digest, IssuerId, PublicKey};
use crate::money::{Amount, Currency, MoneyError};

/// A signing key lives this long at most.
const MAX_KEY_SECONDS: i64 = 400 * 86_400;
/// `https://`, and a host with its port as links have it (protocol §7).
const MAX_ORIGIN: usize = 8 + 253;

/// Everything a wallet must know of an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Card {
    /// The issuer.
    pub issuer: IssuerId,
    /// The recovery commitment in force: the hash of the key that may sign the next rekey.
    pub commitment: Digest,
    /// Counts the cards of one rekey number, from 1; the highest is in force.
    pub serial: u32,
    /// How many times the founding key has been replaced.
    pub rekey_number: u32,
    /// The issuer's name, by its own word.
    pub name: String,
    /// Its currency.
    pub currency: Currency,
    /// Where it is reached, first preferred.
    pub endpoints: Vec<Endpoint>,
    /// The key with which its server signs.
    pub signing_key: PublicKey,
    /// Signatures of that key count from then.
    pub signing_key_from: UnixSeconds,
    /// Signatures of that key count until then.
    pub signing_key_until: UnixSeconds,
    /// The ledger's epoch: a restore from a copy begins a new one.
    pub epoch: u32,
    /// What the business promises to whoever brings its money back.
    pub promise: String,
    /// The most that all owners together may owe.
    pub owners_limit: Amount,
    /// SHA-256 of the logo.
    pub logo: Option<Digest>,
    /// When the signing key changes: the last statement of the old one that the owner stands for.
    pub last_statement: Option<StatementRef>,
    /// When it was signed.
    pub signed_at: UnixSeconds,
}

/// A server, and the TLS keys by which it is known without a certificate authority.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Endpoint {
    /// `https://host[:port]`, without a path.
    pub origin: String,
    /// SHA-256 of the SubjectPublicKeyInfo of each TLS key that is accepted; may be empty.
    pub tls_keys: Vec<Digest>,
}

/// Names one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct StatementRef {
    /// Its number.
    pub number: i64,
    /// Its hash.
    pub hash: Digest,
}

impl Card {
    /// Ranks cards of one issuer: the greatest is in force.
    pub fn rank(&self) -> (u32, u32) {
        (self.rekey_number, self.serial)
    }

    /// Whether signatures of the signing key made at `time` count.
    pub fn signing_key_valid_at(&self, time: UnixSeconds) -> bool {
        (self.signing_key_from..=self.signing_key_until).contains(&time)
    }
}

impl NamesSigner for Card {}

impl Body for Card {
    const KIND: Kind = Kind::Card;

    fn write(&self, fields: &mut MapWriter) {
        fields
            .bytes(2, self.issuer)
            .bytes(4, self.commitment)
            .uint(5, self.serial)
            .uint(6, self.rekey_number)
            .text(7, &self.name)
            .put(8, |item| item.map(|map| write_currency(&self.currency, map)))
            .put(9, |item| write_endpoints(&self.endpoints, item))
            .bytes(10, self.signing_key)
            .int(11, self.signing_key_from)
            .int(12, self.signing_key_until)
            .uint(13, self.epoch)
            .text(14, &self.promise)
            .int(15, self.owners_limit.minor())
            .put_some(16, self.logo, |item, logo| item.bytes(logo.as_ref()))
            .put_some(17, self.last_statement, |item, last| {
                item.map(|map| {
                    map.int(0, last.number).bytes(1, last.hash);
                });
            })
            .int(18, self.signed_at);
    }

    fn read(fields: &Fields<'_>) -> Result<Self, ArtefactError> {
        let until = fields.need(12, "signing_key_until")?;
        let card = Self {
            issuer: fields.need(2, "issuer")?.id()?,
            commitment: fields.need(4, "commitment")?.id()?,
            serial: fields.need(5, "serial")?.positive()?,
            rekey_number: fields.need(6, "rekey_number")?.uint()?,
            name: fields.need(7, "name")?.name()?,
            currency: read_currency(&fields.need(8, "currency")?)?,
            endpoints: read_endpoints(&fields.need(9, "endpoints")?)?,
            signing_key: fields.need(10, "signing_key")?.id()?,
            signing_key_from: fields.need(11, "signing_key_from")?.time()?,
            signing_key_until: until.time()?,
            epoch: fields.need(13, "epoch")?.uint()?,
            promise: fields.need(14, "promise")?.text(0, 500)?,
            owners_limit: fields.need(15, "owners_limit")?.amount_or_zero()?,
            logo: fields.get(16, "logo").map(|logo| logo.id()).transpose()?,
            last_statement: fields
                .get(17, "last_statement")
                .map(|last| read_statement_ref(&last))
                .transpose()?,
            signed_at: fields.need(18, "signed_at")?.time()?,
        };
        // Neither side is negative, so the difference cannot overflow.
        match card.signing_key_until - card.signing_key_from {
            0..=MAX_KEY_SECONDS => Ok(card),
            _ => Err(until.wrong("is before its beginning or more than 400 days after it")),
        }
    }
}

fn write_currency(currency: &Currency, map: &mut MapWriter) {
    map.text(0, currency.code())
        .text(1, currency.name())
        .text(2, currency.symbol())
        .uint(3, currency.decimals());
}

fn read_currency(field: &Field<'_>) -> Result<Currency, ArtefactError> {
    let map = field.fields()?;
    Currency::new(
        map.need(0, "currency.code")?.text(1, 12)?,
        map.need(1, "currency.name")?.text(1, 64)?,
        map.need(2, "currency.symbol")?.text(0, 8)?,
        map.need(3, "currency.decimals")?.uint()?,
    )
    .map_err(|error| match error {
        MoneyError::Currency { field: "code", .. } => {
            ArtefactError::field("currency.code", "must be a letter A-Z and up to 11 more of A-Z and 0-9")
        }
        MoneyError::Currency { field: "name", .. } => ArtefactError::field(
            "currency.name",
            "must be 1 to 64 visible characters in NFC, with no space at either end",
        ),
        MoneyError::Currency { field: "symbol", .. } => ArtefactError::field(
            "currency.symbol",
            "must be at most 8 visible characters in NFC, none a digit, sign or space",
        ),
        _ => ArtefactError::field("currency.decimals", "must be 0 to 9"),
    })
}

fn write_endpoints(endpoints: &[Endpoint], item: &mut ItemWriter) {
    item.array_head(endpoints.len());
    for endpoint in endpoints {
        item.map(|map| {
            map.text(0, &endpoint.origin).put(1, |keys| {
                keys.array_head(endpoint.tls_keys.len());
                for key in &endpoint.tls_keys {
                    keys.bytes(key.as_ref());
                }
            });
        });
    }
}

fn read_endpoints(field: &Field<'_>) -> Result<Vec<Endpoint>, ArtefactError> {
    let items = field.items(4)?;
    if items.is_empty() {
        return Err(field.wrong("names no server"));
    }
    items
        .iter()
        .map(|item| {
            let map = item.fields()?;
            let origin = map.need(0, "endpoints.origin")?;
            let tls_keys = map.need(1, "endpoints.tls_keys")?.items(4)?;
            Ok(Endpoint {
                origin: read_origin(&origin)?,
                tls_keys: tls_keys.iter().map(Field::id).collect::<Result<_, _>>()?,
            })
        })
        .collect()
}

fn read_origin(field: &Field<'_>) -> Result<String, ArtefactError> {
    let text = field.text(1, MAX_ORIGIN)?;
    let url = url::Url::parse(&text).map_err(|_| field.wrong("is not a URL"))?;
    // `origin()` drops path, query, user and default port: whatever differs from it holds more than an origin.
    if url.scheme() == "https" && url.origin().ascii_serialization() == text {
        Ok(text)
    } else {
        Err(field.wrong("is not of the form https://host[:port]"))
    }
}

fn read_statement_ref(field: &Field<'_>) -> Result<StatementRef, ArtefactError> {
    let map = field.fields()?;
    Ok(StatementRef {
        number: map.need(0, "last_statement.number")?.uint()?,
        hash: map.need(1, "last_statement.hash")?.id()?,
    })
}
