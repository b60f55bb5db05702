//! Samples of what keeps a data source from reading.

use serde_json::json;

use crate::data_sources::failure::{missing, unreadable};
use crate::jetstream::Error;
use crate::resources::lattice_buckets::LatticeBuckets;
use crate::resources::object_type::ObjectType;
use crate::resources::preflight::fixture::Case;
use crate::resources::wadm::WadmJetStream;
use crate::terraform::language::Path;
use crate::texts::sample::{Samples, Topic};

pub fn add(samples: &mut Samples) {
    let (buckets, wadm) = (
        Case::create(LatticeBuckets, json!({})),
        Case::create(WadmJetStream, json!({})),
    );
    let (buckets, wadm) = (buckets.plan(), wadm.plan());
    let buckets: Vec<_> = buckets.object.members.iter().collect();
    let wadm: Vec<_> = wadm.object.members.iter().collect();
    let identity = LatticeBuckets.identity();
    samples.add(
        Topic::DataSources,
        [
            missing(&buckets[1..], 2, identity.clone()),
            missing(&buckets, 2, identity),
            missing(&wadm[..3], 8, Path::root()),
            missing(&wadm, 8, Path::root()),
        ],
    );
    let denied = ["KV_LATTICEDATA_default", "KV_CONFIGDATA_default"];
    let denied = denied.map(|stream| {
        let subject = format!("$JS.API.STREAM.INFO.{stream}");
        (stream.to_owned(), Error::denied(&subject))
    });
    samples.add(Topic::DataSources, unreadable(denied.into()));
    let late = Error::timed_out().asking("read stream KV_LATTICEDATA_default", "", "");
    let bucket = "bucket LATTICEDATA_default".to_owned();
    samples.add(Topic::DataSources, unreadable(vec![(bucket, late)]));
    let broken = Error::of_jetstream(10052, "something else");
    let account = "the JetStream account".to_owned();
    samples.more(Topic::DataSources, unreadable(vec![(account, broken)]));
}
