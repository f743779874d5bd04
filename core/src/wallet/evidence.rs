//! Evidence against issuers: kept, shown, exported.
