//! List prices of providers, in US dollars, without free allowances and volume discounts.
//!
//! Prices change: each sheet says when and from where it was taken. Those in [`CONFIRMED`] are as the
//! provider's own documentation has them; the others could not be found there, or not all of them, and
//! are to be [accepted](super::Unconfirmed::accept_unconfirmed) in so many words.
//!
//! ```
//! use buckets::cost::{EgressZone, Tariff, sheets};
//!
//! let r2 = Tariff::new(&sheets::CLOUDFLARE_R2_STANDARD);
//! println!("not sure: {}", sheets::AWS_S3_STANDARD_US_EAST_1.doubts());
//! let s3 = Tariff::new(sheets::AWS_S3_STANDARD_US_EAST_1.accept_unconfirmed()).egress(EgressZone::SameRegion);
//! ```
//!
//! Where a source does not say what it takes a gigabyte to be, it is 10⁹ bytes here, and where it does
//! not say which answers are billed, all are: estimates err on the high side.

use std::borrow::Cow;

use super::{CallClasses, Class, ClassRates, Day, EgressRates, OutcomeRule, PriceSheet, Rate, Unconfirmed, Usd};

/// The sheets whose prices are those of the provider's own documentation.
pub static CONFIRMED: &[&PriceSheet] = &[
    &CLOUDFLARE_R2_STANDARD,
    &CLOUDFLARE_R2_INFREQUENT_ACCESS,
    &GOOGLE_CLOUD_STORAGE_STANDARD_US_CENTRAL1,
    &TIGRIS_STANDARD,
    &TIGRIS_INFREQUENT_ACCESS,
];

/// The others.
pub static UNCONFIRMED: &[&Unconfirmed] = &[
    &AWS_S3_STANDARD_US_EAST_1,
    &AWS_S3_STANDARD_IA_US_EAST_1,
    &AWS_S3_EXPRESS_ONE_ZONE_US_EAST_1,
    &AZURE_BLOB_HOT_LRS_EAST_US,
    &BACKBLAZE_B2,
    &DIGITALOCEAN_SPACES,
    &WASABI,
];

/// Cloudflare R2, Standard. No answer is free but 401 and 403.
pub static CLOUDFLARE_R2_STANDARD: PriceSheet = PriceSheet {
    id: Cow::Borrowed("cloudflare-r2-standard"),
    provider: Cow::Borrowed("Cloudflare R2"),
    region: Cow::Borrowed("any"),
    storage_class: Cow::Borrowed("STANDARD"),
    source: Cow::Borrowed("https://developers.cloudflare.com/r2/pricing/"),
    as_of: day(2026, 11, 22),
    classes: WRITES_ARE_A,
    requests: ClassRates { a: rate("4.50", MILLION), b: rate("0.36", MILLION), c: Rate::FREE },
    ingress: Rate::FREE,
    egress: EgressRates::FREE,
    retrieval: Rate::FREE,
    storage: rate("0.015", GB),
    outcomes: OutcomeRule::all_but(&[(401, 401), (403, 403)]),
};

/// Cloudflare R2, Infrequent Access. Objects are billed for 30 days at least, which is not in here.
pub static CLOUDFLARE_R2_INFREQUENT_ACCESS: PriceSheet = PriceSheet {
    id: Cow::Borrowed("cloudflare-r2-infrequent-access"),
    provider: Cow::Borrowed("Cloudflare R2"),
    region: Cow::Borrowed("any"),
    storage_class: Cow::Borrowed("STANDARD_IA"),
    source: Cow::Borrowed("https://developers.cloudflare.com/r2/pricing/"),
    as_of: day(2026, 11, 22),
    classes: WRITES_ARE_A,
    requests: ClassRates { a: rate("9.00", MILLION), b: rate("0.90", MILLION), c: Rate::FREE },
    ingress: Rate::FREE,
    egress: EgressRates::FREE,
    retrieval: rate("0.01", GB),
    storage: rate("0.01", GB),
    outcomes: OutcomeRule::all_but(&[(401, 401), (403, 403)]),
};

/// Google Cloud Storage, Standard, in us-central1 or us-east1. The prices are confirmed; which answers
/// are billed is not, so all are here.
pub static GOOGLE_CLOUD_STORAGE_STANDARD_US_CENTRAL1: PriceSheet = PriceSheet {
    id: Cow::Borrowed("google-cloud-storage-standard-us-central1"),
    provider: Cow::Borrowed("Google Cloud Storage"),
    region: Cow::Borrowed("us-central1"),
    storage_class: Cow::Borrowed("STANDARD"),
    source: Cow::Borrowed("https://cloud.google.com/storage/pricing-examples"),
    as_of: day(2026, 9, 20),
    classes: WRITES_ARE_A,
    requests: ClassRates { a: rate("0.005", 1000), b: rate("0.0004", 1000), c: Rate::FREE },
    ingress: Rate::FREE,
    egress: internet("0.12", GIB),
    retrieval: Rate::FREE,
    storage: rate("0.020", GIB),
    outcomes: OutcomeRule::all_but(&[]),
};

/// Tigris, Standard, in a single region or global. The parts of an upload are taken to be of class A,
/// which their documentation does not say.
pub static TIGRIS_STANDARD: PriceSheet = PriceSheet {
    id: Cow::Borrowed("tigris-standard"),
    provider: Cow::Borrowed("Tigris"),
    region: Cow::Borrowed("global"),
    storage_class: Cow::Borrowed("STANDARD"),
    source: Cow::Borrowed("https://www.tigrisdata.com/pricing/"),
    as_of: day(2026, 11, 22),
    classes: WRITES_ARE_A,
    requests: TIGRIS_REQUESTS,
    ingress: Rate::FREE,
    egress: EgressRates::FREE,
    retrieval: Rate::FREE,
    storage: rate("0.02", GB),
    outcomes: TIGRIS_OUTCOMES,
};

/// Tigris, Infrequent Access. Objects are billed for 30 days at least, which is not in here.
pub static TIGRIS_INFREQUENT_ACCESS: PriceSheet = PriceSheet {
    id: Cow::Borrowed("tigris-infrequent-access"),
    provider: Cow::Borrowed("Tigris"),
    region: Cow::Borrowed("global"),
    storage_class: Cow::Borrowed("STANDARD_IA"),
    source: Cow::Borrowed("https://www.tigrisdata.com/pricing/"),
    as_of: day(2026, 11, 22),
    classes: WRITES_ARE_A,
    requests: TIGRIS_REQUESTS,
    ingress: Rate::FREE,
    egress: EgressRates::FREE,
    retrieval: rate("0.01", GB),
    storage: rate("0.01", GB),
    outcomes: TIGRIS_OUTCOMES,
};

/// Amazon S3, Standard, in us-east-1: the first tier of storage and of what leaves.
pub static AWS_S3_STANDARD_US_EAST_1: Unconfirmed = Unconfirmed {
    sheet: PriceSheet {
        id: Cow::Borrowed("aws-s3-standard-us-east-1"),
        provider: Cow::Borrowed("Amazon S3"),
        region: Cow::Borrowed("us-east-1"),
        storage_class: Cow::Borrowed("STANDARD"),
        source: Cow::Borrowed("https://aws.amazon.com/s3/pricing/ as others have told it"),
        as_of: day(2026, 9, 20),
        classes: WRITES_ARE_A,
        requests: ClassRates { a: rate("0.005", 1000), b: rate("0.0004", 1000), c: Rate::FREE },
        ingress: Rate::FREE,
        egress: internet("0.09", GIB),
        retrieval: Rate::FREE,
        storage: rate("0.023", GIB),
        outcomes: AWS_OUTCOMES,
    },
    doubts: "the prices were taken from others who told of them; which answers are billed is documented",
};

/// Amazon S3, Standard-Infrequent Access, in us-east-1.
pub static AWS_S3_STANDARD_IA_US_EAST_1: Unconfirmed = Unconfirmed {
    sheet: PriceSheet {
        id: Cow::Borrowed("aws-s3-standard-ia-us-east-1"),
        provider: Cow::Borrowed("Amazon S3"),
        region: Cow::Borrowed("us-east-1"),
        storage_class: Cow::Borrowed("STANDARD_IA"),
        source: Cow::Borrowed("https://aws.amazon.com/s3/pricing/ as others have told it"),
        as_of: day(2026, 9, 20),
        classes: WRITES_ARE_A,
        requests: ClassRates { a: rate("0.01", 1000), b: rate("0.001", 1000), c: Rate::FREE },
        ingress: Rate::FREE,
        egress: internet("0.09", GIB),
        retrieval: rate("0.01", GIB),
        storage: rate("0.0125", GIB),
        outcomes: AWS_OUTCOMES,
    },
    doubts: "all prices; objects are also billed for 128 KiB and 30 days at least, which is not in here",
};

/// Amazon S3 Express One Zone in us-east-1: also what goes in and what is read is billed by the byte.
pub static AWS_S3_EXPRESS_ONE_ZONE_US_EAST_1: Unconfirmed = Unconfirmed {
    sheet: PriceSheet {
        id: Cow::Borrowed("aws-s3-express-one-zone-us-east-1"),
        provider: Cow::Borrowed("Amazon S3"),
        region: Cow::Borrowed("us-east-1"),
        storage_class: Cow::Borrowed("EXPRESS_ONEZONE"),
        source: Cow::Borrowed("https://aws.amazon.com/s3/faqs/"),
        as_of: day(2026, 11, 22),
        classes: WRITES_ARE_A,
        requests: ClassRates { a: rate("0.00113", 1000), b: rate("0.00003", 1000), c: Rate::FREE },
        ingress: rate("0.0032", GIB),
        egress: internet("0.09", GIB),
        retrieval: rate("0.0006", GIB),
        storage: rate("0.11", GIB),
        outcomes: AWS_OUTCOMES,
    },
    doubts: "what leaves for the Internet, which is as of S3 Standard; the rest is documented",
};

/// Azure Blob Storage, hot, locally redundant, in East US. Lists are priced as writes are.
pub static AZURE_BLOB_HOT_LRS_EAST_US: Unconfirmed = Unconfirmed {
    sheet: PriceSheet {
        id: Cow::Borrowed("azure-blob-hot-lrs-east-us"),
        provider: Cow::Borrowed("Azure Blob Storage"),
        region: Cow::Borrowed("eastus"),
        storage_class: Cow::Borrowed("Hot"),
        source: Cow::Borrowed("https://azure.microsoft.com/pricing/details/storage/blobs/ as others have told it"),
        as_of: day(2026, 11, 22),
        classes: WRITES_ARE_A,
        requests: ClassRates { a: rate("0.055", 10_000), b: rate("0.0044", 10_000), c: Rate::FREE },
        ingress: Rate::FREE,
        egress: EgressRates::FREE,
        retrieval: Rate::FREE,
        storage: rate("0.018", GIB),
        outcomes: OutcomeRule::all_but(&[]).nor_unauthenticated(),
    },
    doubts: "all prices, of which two sources differ; what leaves is not known and not in here",
};

/// Backblaze B2. Uploads and their parts are free, lists and copies of class C.
pub static BACKBLAZE_B2: Unconfirmed = Unconfirmed {
    sheet: PriceSheet {
        id: Cow::Borrowed("backblaze-b2"),
        provider: Cow::Borrowed("Backblaze B2"),
        region: Cow::Borrowed("any"),
        storage_class: Cow::Borrowed("standard"),
        source: Cow::Borrowed("https://www.backblaze.com/cloud-storage/transaction-pricing"),
        as_of: day(2026, 11, 22),
        classes: CallClasses {
            put: Class::Free,
            part: Class::Free,
            get: Class::B,
            head: Class::B,
            delete: Class::Free,
            copy: Class::C,
            list: Class::C,
        },
        requests: ClassRates { a: Rate::FREE, b: rate("0.004", 10_000), c: rate("0.004", 1000) },
        ingress: Rate::FREE,
        egress: internet("0.01", GB),
        retrieval: Rate::FREE,
        storage: rate("0.006", GB),
        outcomes: OutcomeRule::all_but(&[]),
    },
    doubts: "storage, what leaves, and which answers are billed; requests are documented",
};

/// DigitalOcean Spaces, beyond what is in the monthly price of 5 dollars.
pub static DIGITALOCEAN_SPACES: Unconfirmed = Unconfirmed {
    sheet: PriceSheet {
        id: Cow::Borrowed("digitalocean-spaces"),
        provider: Cow::Borrowed("DigitalOcean Spaces"),
        region: Cow::Borrowed("any"),
        storage_class: Cow::Borrowed("standard"),
        source: Cow::Borrowed("https://www.digitalocean.com/pricing/spaces-object-storage as others have told it"),
        as_of: day(2026, 11, 22),
        classes: ALL_FREE,
        requests: NO_REQUESTS,
        ingress: Rate::FREE,
        egress: internet("0.01", GIB),
        retrieval: Rate::FREE,
        storage: rate("0.02", GIB),
        outcomes: OutcomeRule::all_but(&[]),
    },
    doubts: "all prices; the monthly price with its 250 GiB and 1 TiB of transfer is not in here",
};

/// Wasabi: storage only, billed for 90 days and 4 KB at least, which is not in here.
pub static WASABI: Unconfirmed = Unconfirmed {
    sheet: PriceSheet {
        id: Cow::Borrowed("wasabi"),
        provider: Cow::Borrowed("Wasabi"),
        region: Cow::Borrowed("any"),
        storage_class: Cow::Borrowed("standard"),
        source: Cow::Borrowed("https://wasabi.com/pricing as others have told it"),
        as_of: day(2026, 11, 22),
        classes: ALL_FREE,
        requests: NO_REQUESTS,
        ingress: Rate::FREE,
        egress: EgressRates::FREE,
        retrieval: Rate::FREE,
        storage: rate("7.99", 1000 * GB),
        outcomes: OutcomeRule::all_but(&[]),
    },
    doubts: "all prices; transfer is free within limits",
};

const MILLION: u64 = 1_000_000;
const GB: u64 = 1_000_000_000;
const GIB: u64 = 1 << 30;

/// As S3 has it, and those that follow it.
const WRITES_ARE_A: CallClasses = CallClasses {
    put: Class::A,
    part: Class::A,
    get: Class::B,
    head: Class::B,
    delete: Class::Free,
    copy: Class::A,
    list: Class::A,
};

const ALL_FREE: CallClasses = CallClasses {
    put: Class::Free,
    part: Class::Free,
    get: Class::Free,
    head: Class::Free,
    delete: Class::Free,
    copy: Class::Free,
    list: Class::Free,
};

const NO_REQUESTS: ClassRates = ClassRates { a: Rate::FREE, b: Rate::FREE, c: Rate::FREE };

const TIGRIS_REQUESTS: ClassRates = ClassRates { a: rate("0.005", 1000), b: rate("0.0005", 1000), c: Rate::FREE };

const TIGRIS_OUTCOMES: OutcomeRule = OutcomeRule::all_but(&[
    (301, 301),
    (304, 304),
    (307, 307),
    (400, 400),
    (403, 403),
    (405, 405),
    (409, 409),
    (411, 412),
    (416, 416),
    (500, 501),
]);

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ErrorCodeBilling.html>: no 5xx, no redirection,
/// nothing without valid credentials. Of 403 only those from outside of the account are free.
const AWS_OUTCOMES: OutcomeRule = OutcomeRule::all_but(&[(301, 301), (307, 307), (500, 599)]).nor_unauthenticated();

const fn internet(price: &str, per: u64) -> EgressRates {
    EgressRates { internet: rate(price, per), inter_region: None }
}

/// Only used where the compiler evaluates it, so that a slip of the pen does not compile.
const fn rate(price: &str, per: u64) -> Rate {
    match Usd::parse(price) {
        Some(price) => match Rate::new(price, per) {
            Some(rate) => rate,
            None => panic!("a rate per nothing"),
        },
        None => panic!("not an amount of dollars"),
    }
}

const fn day(year: u16, month: u8, day: u8) -> Day {
    match Day::new(year, month, day) {
        Some(day) => day,
        None => panic!("not a day"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_sheet_is_one_of_its_own_with_a_source_and_reads_as_it_is_written() {
        let unconfirmed = UNCONFIRMED.iter().map(|unconfirmed| unconfirmed.accept_unconfirmed());
        let all: Vec<_> = CONFIRMED.iter().copied().chain(unconfirmed).collect();
        let ids: HashSet<_> = all.iter().map(|sheet| &*sheet.id).collect();
        assert_eq!(ids.len(), all.len());
        for sheet in all {
            assert!(sheet.source.starts_with("https://"), "{}", sheet.id);
            let text = serde_json::to_string(sheet).expect("serialises");
            assert_eq!(serde_json::from_str::<PriceSheet>(&text).expect("reads"), *sheet);
        }
    }

    #[test]
    fn what_providers_give_as_examples_comes_out() {
        // S3 FAQ, first example of Express One Zone, before its rounding.
        let express = AWS_S3_EXPRESS_ONE_ZONE_US_EAST_1.accept_unconfirmed();
        assert_eq!(express.requests.of(Class::A).cost(1_000_000), "1.13".parse().expect("an amount"));
        assert_eq!(express.requests.of(Class::B).cost(9_000_000), "0.27".parse().expect("an amount"));
        assert_eq!(express.storage_per_month(10 << 30), "1.10".parse().expect("an amount"));
        // Tigris, second example.
        assert_eq!(TIGRIS_STANDARD.storage_per_month(95 * GB), "1.90".parse().expect("an amount"));
        assert_eq!(TIGRIS_STANDARD.requests.of(Class::B).cost(900_000), "0.45".parse().expect("an amount"));
    }
}
