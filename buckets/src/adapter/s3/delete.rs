use super::client::Bucket;
use super::error;
use crate::error::{ErrorKind, Result};
use crate::operation::{Delete, Deleted};

impl Bucket {
    pub(super) async fn remove(&self, op: &Delete) -> Result<Deleted> {
        let request = self.client.delete_object().bucket(&*self.name).key(op.key.as_str());
        match request.send().await.map_err(error::from_sdk) {
            // S3 answers the same whether there was an object or not.
            Ok(_) => Ok(Deleted::new(None)),
            // Some servers do tell.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Deleted::new(Some(false))),
            Err(error) => Err(error),
        }
    }
}
