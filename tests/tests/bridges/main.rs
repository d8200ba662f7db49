//! The bridges to other storage libraries, against those libraries' own stores and own suites.

mod azure;
mod gcs;
mod object_store_adapter;
mod object_store_cloud;
mod object_store_errors;
mod object_store_multipart;
mod opendal_adapter;
mod recorder;
