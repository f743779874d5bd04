//! The form in which evidence is kept and handed on: deterministic CBOR,
//! `{0: 1, 1: kind, 2: issuer, 3: [supporting artefact …], 4: the contradiction}`.

use super::{Contradiction, Evidence, EvidenceError, Point, Run};
use crate::artefact::fields::{Field, Fields, ItemWriter, MapWriter};
use crate::artefact::{ArtefactError, cbor};
use crate::ledger::merkle::{InclusionProof, PathStep, Side};

/// Version of this form.
const VERSION: u64 = 1;
/// The most bytes that are read as evidence: a few statements and a long chain.
const MAX_BYTES: usize = 32 << 20;
const MAX_ITEMS: usize = 1 << 20;

impl Evidence {
    /// Its bytes, to be kept or handed on.
    pub fn encode(&self) -> Vec<u8> {
        let mut map = MapWriter::default();
        map.uint(0, VERSION)
            .uint(1, kind(&self.contradiction))
            .bytes(2, self.issuer)
            .put(3, |item| write_all(&self.support, item))
            .put(4, |item| item.map(|body| write(&self.contradiction, body)));
        map.finish()
    }

    /// Reads evidence; refuses every encoding but the one that [`encode`](Self::encode) writes. Nothing is judged yet.
    pub fn decode(bytes: &[u8]) -> Result<Self, EvidenceError> {
        if bytes.len() > MAX_BYTES {
            return Err(ArtefactError::TooLarge { size: bytes.len(), limit: MAX_BYTES }.into());
        }
        cbor::check(bytes)?;
        let evidence = read(&Fields::parse(bytes)?)?;
        if evidence.encode() == bytes {
            Ok(evidence)
        } else {
            Err(wrong("evidence", "has fields that do not belong to it").into())
        }
    }
}

fn kind(contradiction: &Contradiction) -> u8 {
    match contradiction {
        Contradiction::TwoStates { .. } => 1,
        Contradiction::Rewritten { .. } => 2,
        Contradiction::ExecutedAndRefused { .. } => 3,
        Contradiction::ExecutedTwice { .. } => 4,
        Contradiction::TwoStatements { .. } => 5,
        Contradiction::TwoCards { .. } => 6,
        Contradiction::BadEntry { .. } => 7,
        Contradiction::WrongPlace { .. } => 8,
        Contradiction::BadStatement { .. } => 9,
    }
}

fn write(contradiction: &Contradiction, body: &mut MapWriter) {
    match contradiction {
        Contradiction::TwoStates { one, other } => {
            body.put(0, |item| write_point(one, item)).put(1, |item| write_point(other, item));
        }
        Contradiction::Rewritten { earlier, later } => {
            body.put(0, |item| write_point(earlier, item)).put(1, |item| write_run(later, item));
        }
        Contradiction::ExecutedAndRefused { receipt: one, refusal: other }
        | Contradiction::ExecutedTwice { one, other }
        | Contradiction::TwoStatements { one, other }
        | Contradiction::TwoCards { one, other } => {
            body.bytes(0, one).bytes(1, other);
        }
        Contradiction::BadEntry { run, base, order, newer_key } => {
            body.put(0, |item| write_run(run, item))
                .put_some(1, base.as_ref(), |item, base| item.bytes(base))
                .put_some(2, order.as_ref(), |item, order| item.bytes(order))
                .put_some(3, newer_key.as_ref(), |item, (receipt, order)| {
                    item.array_head(2);
                    item.bytes(receipt);
                    item.bytes(order);
                });
        }
        Contradiction::WrongPlace { statement, proof, run } => {
            body.bytes(0, statement)
                .put_some(1, proof.as_ref(), |item, proof| item.map(|map| write_proof(proof, map)))
                .put(2, |item| write_run(run, item));
        }
        Contradiction::BadStatement { statement, previous } => {
            body.bytes(0, statement).put_some(1, previous.as_ref(), |item, previous| item.bytes(previous));
        }
    }
}

fn read(fields: &Fields<'_>) -> Result<Evidence, ArtefactError> {
    let found = fields.need(0, "version")?.uint()?;
    if found != VERSION {
        return Err(ArtefactError::UnknownVersion { found });
    }
    let kind = fields.need(1, "kind")?;
    let body = fields.need(4, "contradiction")?.fields()?;
    let contradiction = match kind.uint::<u64>()? {
        1 => Contradiction::TwoStates {
            one: read_point(body.need(0, "one")?)?,
            other: read_point(body.need(1, "other")?)?,
        },
        2 => Contradiction::Rewritten {
            earlier: read_point(body.need(0, "earlier")?)?,
            later: read_run(body.need(1, "later")?)?,
        },
        3 => Contradiction::ExecutedAndRefused {
            receipt: owned(body.need(0, "receipt")?)?,
            refusal: owned(body.need(1, "refusal")?)?,
        },
        4 => Contradiction::ExecutedTwice {
            one: owned(body.need(0, "one")?)?,
            other: owned(body.need(1, "other")?)?,
        },
        5 => Contradiction::TwoStatements {
            one: owned(body.need(0, "one")?)?,
            other: owned(body.need(1, "other")?)?,
        },
        6 => Contradiction::TwoCards {
            one: owned(body.need(0, "one")?)?,
            other: owned(body.need(1, "other")?)?,
        },
        7 => Contradiction::BadEntry {
            run: read_run(body.need(0, "run")?)?,
            base: body.get(1, "base").map(owned).transpose()?,
            order: body.get(2, "order").map(owned).transpose()?,
            newer_key: body.get(3, "newer_key").map(read_pair).transpose()?,
        },
        8 => Contradiction::WrongPlace {
            statement: owned(body.need(0, "statement")?)?,
            proof: body.get(1, "proof").map(read_proof).transpose()?,
            run: read_run(body.need(2, "run")?)?,
        },
        9 => Contradiction::BadStatement {
            statement: owned(body.need(0, "statement")?)?,
            previous: body.get(1, "previous").map(owned).transpose()?,
        },
        _ => return Err(kind.wrong("is not a known kind of evidence")),
    };
    Ok(Evidence {
        issuer: fields.need(2, "issuer")?.id()?,
        contradiction,
        support: read_all(fields.need(3, "support")?)?,
    })
}

fn write_point(point: &Point, item: &mut ItemWriter) {
    item.map(|map| {
        map.bytes(0, &point.artefact).put(1, |item| write_all(&point.carried, item));
    });
}

fn read_point(field: Field<'_>) -> Result<Point, ArtefactError> {
    let map = field.fields()?;
    Ok(Point {
        artefact: owned(map.need(0, "point.artefact")?)?,
        carried: read_all(map.need(1, "point.carried")?)?,
    })
}

fn write_run(run: &Run, item: &mut ItemWriter) {
    item.map(|map| {
        map.bytes(0, run.previous)
            .put(1, |item| write_all(&run.entries, item))
            .put(2, |item| write_point(&run.anchor, item));
    });
}

fn read_run(field: Field<'_>) -> Result<Run, ArtefactError> {
    let map = field.fields()?;
    Ok(Run {
        previous: map.need(0, "run.previous")?.id()?,
        entries: read_all(map.need(1, "run.entries")?)?,
        anchor: read_point(map.need(2, "run.anchor")?)?,
    })
}

fn write_proof(proof: &InclusionProof, map: &mut MapWriter) {
    map.int(0, proof.sequence)
        .bytes(1, proof.chain_hash)
        .int(2, proof.balance.minor())
        .bytes(3, proof.blind)
        .put(4, |item| {
            item.array_head(proof.path.len());
            for step in &proof.path {
                item.array_head(3);
                item.bool(step.side == Side::Right);
                item.bytes(&step.sum.to_be_bytes());
                item.bytes(step.hash.as_ref());
            }
        });
}

fn read_proof(field: Field<'_>) -> Result<InclusionProof, ArtefactError> {
    let map = field.fields()?;
    let path = map.need(4, "proof.path")?.items(64)?;
    Ok(InclusionProof {
        sequence: map.need(0, "proof.sequence")?.int()?,
        chain_hash: map.need(1, "proof.chain_hash")?.id()?,
        balance: map.need(2, "proof.balance")?.balance()?,
        blind: map.need(3, "proof.blind")?.array()?,
        path: path.into_iter().map(read_step).collect::<Result<_, _>>()?,
    })
}

fn read_step(field: Field<'_>) -> Result<PathStep, ArtefactError> {
    match field.items(3)?.as_slice() {
        [side, sum, hash] => Ok(PathStep {
            side: if side.bool()? { Side::Right } else { Side::Left },
            sum: u128::from_be_bytes(sum.array()?),
            hash: hash.id()?,
        }),
        _ => Err(field.wrong("has a step that is not side, sum and hash")),
    }
}

fn read_pair(field: Field<'_>) -> Result<(Vec<u8>, Vec<u8>), ArtefactError> {
    match field.items(2)?.as_slice() {
        [one, other] => Ok((owned(*one)?, owned(*other)?)),
        _ => Err(field.wrong("is not a pair")),
    }
}

fn write_all(all: &[Vec<u8>], item: &mut ItemWriter) {
    item.array_head(all.len());
    for bytes in all {
        item.bytes(bytes);
    }
}

fn read_all(field: Field<'_>) -> Result<Vec<Vec<u8>>, ArtefactError> {
    field.items(MAX_ITEMS)?.into_iter().map(owned).collect()
}

fn owned(field: Field<'_>) -> Result<Vec<u8>, ArtefactError> {
    field.bytes().map(<[u8]>::to_vec)
}

fn wrong(field: &'static str, reason: &'static str) -> ArtefactError {
    ArtefactError::Field { field, reason }
}
