//! OpenSSL: makes keys, and judges signatures independently of the code under test.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::process::installed;

/// A key for RSA that nobody else has.
#[derive(Debug)]
pub struct RsaKey {
    folder: TempDir,
    private: String,
}

impl RsaKey {
    /// Makes one of 2048 bits.
    ///
    /// # Panics
    ///
    /// When OpenSSL is not installed or fails.
    #[must_use]
    pub fn generate() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (private, public) = (folder.path().join("private.pem"), folder.path().join("public.pem"));
        let made = ["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out"];
        assert!(openssl(&made, &[&private]), "no key was made");
        assert!(openssl(&["pkey", "-pubout", "-in"], &[&private, Path::new("-out"), &public]), "no public key");
        let private = fs::read_to_string(private).expect("the key just made");
        Self { folder, private }
    }

    /// The key in the format PKCS#8, as PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.private
    }

    /// Whether `signature` (PKCS#1 v1.5 with SHA-256) is this key's for `text`.
    ///
    /// # Panics
    ///
    /// When the files cannot be written that OpenSSL reads.
    #[must_use]
    pub fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (key, text_file, signature_file) =
            (self.folder.path().join("public.pem"), folder.path().join("text"), folder.path().join("signature"));
        fs::write(&text_file, text).expect("written");
        fs::write(&signature_file, signature).expect("written");
        let verify = ["dgst", "-sha256", "-verify"];
        openssl(&verify, &[&key, Path::new("-signature"), &signature_file, &text_file])
    }
}

fn openssl(arguments: &[&str], files: &[&Path]) -> bool {
    let output = Command::new(installed("openssl", "openssl")).args(arguments).args(files).output();
    output.expect("OpenSSL runs").status.success()
}
