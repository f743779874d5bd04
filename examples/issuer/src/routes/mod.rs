//! The HTTP interface (protocol §5): one file a resource. A handler reads the call, asks [`crate::book`] or the tables,
//! and writes the answer; it decides nothing.

mod account;
mod attestations;
mod cancels;
mod cards;
mod chain;
mod events;
mod grants;
mod heads;
mod host;
mod keys;
mod links;
mod opening;
mod orders;
mod payees;
mod private;
mod replays;
mod requests;
mod statements;
mod view;
mod well_known;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::services::Shared;

/// All routes, and their description.
pub(crate) fn all() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(crate::openapi::base())
        .routes(routes!(host::healthz))
        .routes(routes!(host::readyz))
        .routes(routes!(host::metrics))
        .routes(routes!(host::openapi))
        .routes(routes!(links::card_link))
        .routes(routes!(links::request_link))
        .routes(routes!(links::grant_link))
        .routes(routes!(links::receipt_link))
        .routes(routes!(well_known::android))
        .routes(routes!(well_known::apple))
        .routes(routes!(cards::take_up))
        .routes(routes!(cards::read, cards::publish))
        .routes(routes!(cards::next_signing_key))
        .routes(routes!(opening::open))
        .routes(routes!(keys::take_rekey))
        .routes(routes!(keys::find))
        .routes(routes!(payees::read))
        .routes(routes!(account::read))
        .routes(routes!(account::read_head))
        .routes(routes!(chain::entries))
        .routes(routes!(chain::proof))
        .routes(routes!(events::stream))
        .routes(routes!(private::put_list, private::read_list))
        .routes(routes!(private::remove_name))
        .routes(routes!(private::remove_memo))
        .routes(routes!(orders::submit))
        .routes(routes!(orders::read))
        .routes(routes!(replays::take))
        .routes(routes!(grants::take))
        .routes(routes!(attestations::take))
        .routes(routes!(cancels::take))
        .routes(routes!(requests::keep))
        .routes(routes!(requests::read))
        .routes(routes!(heads::show))
        .routes(routes!(statements::latest))
        .routes(routes!(statements::read))
}
