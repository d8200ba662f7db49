/// Defines the faults, each with the behaviours that must not pass when it is there.
macro_rules! faults {
    ($($(#[$doc:meta])* $Fault:ident: $($behaviour:literal)+;)+) => {
        /// A way in which an adapter can be wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Fault {
            $($(#[$doc])* $Fault,)+
        }

        impl Fault {
            pub(crate) const ALL: [Self; [$(stringify!($Fault)),+].len()] = [$(Self::$Fault),+];

            /// The behaviours that must find it.
            pub(crate) fn breaks(self) -> &'static [&'static str] {
                match self { $(Self::$Fault => &[$($behaviour),+],)+ }
            }
        }
    };
}

faults! {
    /// Drops the last byte of what is stored.
    Truncates: "put.one_byte_comes_back" "put.large_content_comes_back" "bodies.a_file" "put.the_answer_tells_key_and_size";
    /// Stores text with other ends of lines.
    ChangesText: "put.text_comes_back" "put.every_byte_value_comes_back";
    /// Keeps the old content where it is longer than the new.
    OverwritesInPlace: "put.replaces_longer_by_shorter_and_empty";
    /// Stores what came before the source failed, and says that all is well.
    SwallowsSourceErrors: "integrity.a_source_that_fails_midway_is_interrupted"
        "integrity.content_shorter_than_declared_is_interrupted" "integrity.an_absurd_declared_length_is_survived";
    /// Reports every error of the source in the same way.
    BlursSourceErrors: "integrity.a_typed_error_of_the_source_keeps_its_kind"
        "integrity.content_longer_than_declared_is_a_protocol_error";
    /// Writes to the object itself, so that a failed or dropped put leaves a part.
    WritesInPlace: "integrity.a_source_that_fails_midway_is_interrupted"
        "cancellation.an_upload_dropped_midway_creates_nothing"
        "cancellation.an_upload_dropped_midway_leaves_the_old_object";
    /// Stores what it has when the future is dropped.
    CommitsOnDrop: "cancellation.an_upload_dropped_midway_creates_nothing"
        "cancellation.a_create_dropped_midway_leaves_the_key_free" "cancellation.many_dropped_uploads_leave_no_trace"
        "cancellation.a_put_dropped_at_any_point_is_whole_or_not_at_all";
    /// Leaves something in the directory for each upload that fails.
    LeavesStagingBehind: "integrity.a_wrong_checksum_is_refused";
    /// Does not look at the checksum it was given.
    IgnoresChecksums: "integrity.a_wrong_checksum_is_refused" "integrity.a_wrong_checksum_of_a_stream_is_refused";
    /// Refuses any checksum.
    RefusesChecksums: "integrity.the_right_checksum_is_taken";
    /// Tells the checksum of something else.
    TellsWrongChecksums: "put.the_answer_tells_the_checksum" "head.tells_the_checksum" "copy.the_copy_has_the_checksum"
        "get.the_checksum_is_the_content_s";
    /// Keeps no attributes.
    LosesAttributes: "put.attributes_are_kept" "get.attributes_come_with_the_content" "head.tells_every_attribute"
        "copy.the_copy_has_the_attributes";
    /// Merges the attributes with those of the object before.
    KeepsOldAttributes: "put.attributes_are_replaced_with_the_object" "delete.attributes_do_not_outlive_the_object"
        "put.an_object_without_attributes_has_none";
    /// Has the same tag for every version.
    StaleTag: "put.tag_and_checksum_change_with_the_content" "conditions.if_match_with_the_tag_replaces"
        "head.follows_an_overwrite";
    /// Has another tag in every answer.
    RestlessTag: "head.is_stable_while_nothing_changes" "get.the_answer_agrees_with_put_and_head"
        "conditions.if_match_with_the_tag_replaces";
    /// Answers `head` from a cache of the first version.
    CachesHead: "head.follows_an_overwrite";
    /// Has no time of modification but the beginning of time.
    TellsTheEpoch: "put.last_modified_is_told_and_does_not_run_backwards";
    /// Gives an empty object for a missing one.
    MissingIsEmpty: "get.a_missing_object_is_not_found" "head.a_missing_object_is_not_found"
        "copy.a_missing_source_is_not_found" "delete.what_is_deleted_is_gone";
    /// Reports a missing object as a fault of the disk.
    MissingIsIo: "get.a_missing_object_is_not_found" "get.a_condition_on_a_missing_object_is_not_found";
    /// Takes the end of a range for the first byte that is not wanted.
    RangeOffByOne: "get.a_range_between_offsets" "get.a_range_of_one_byte" "get.ranges_put_together_are_the_whole";
    /// Gives everything whatever the range.
    IgnoresRanges: "get.a_range_from_an_offset" "get.a_range_of_the_last_bytes";
    /// Refuses a range that goes beyond the end.
    StrictRanges: "get.a_range_beyond_the_end_is_cut";
    /// Gives nothing, and no error, for a range outside of the object.
    EmptyRanges: "get.a_range_outside_is_invalid" "get.any_range_of_an_empty_object_is_invalid"
        "get.a_range_that_ends_before_it_starts_is_invalid";
    /// Takes the part for the whole in the answer.
    RangeTellsPart: "get.the_answer_to_a_range_describes_the_whole_object";
    /// Gives each chunk of a download from the object as it is by then.
    ReadsWhatIsThereNow: "concurrency.a_reader_from_before_an_overwrite_sees_the_old_object_or_an_error"
        "concurrency.readers_never_see_a_mix";
    /// Ends a download early, and without an error, when the object is gone.
    EndsEarly: "concurrency.a_reader_from_before_a_delete_sees_the_old_object_or_an_error";
    /// Does not look at the condition of a get.
    IgnoresGetConditions: "get.if_match_with_another_tag_fails" "get.if_none_match_with_the_tag_fails"
        "get.a_condition_on_a_range_is_about_the_whole_object";
    /// Holds every condition of a get for failed.
    FailsGetConditions: "get.if_match_with_the_tag" "get.if_none_match_with_another_tag";
    /// Does not look at the condition of a put.
    IgnoresPutConditions: "conditions.if_absent_does_not_replace" "conditions.if_match_with_an_old_tag_does_not"
        "conditions.if_match_without_an_object_does_not_create" "concurrency.of_many_creators_one_wins";
    /// Judges the condition first and stores later.
    RacyConditions: "concurrency.of_many_creators_one_wins" "concurrency.of_many_replacers_one_wins"
        "concurrency.counting_with_if_match_loses_nothing" "concurrency.of_many_copies_one_wins";
    /// Says of any failed condition that it is a precondition.
    BlursConditions: "conditions.if_absent_does_not_replace" "conditions.a_failed_condition_names_the_operation";
    /// Judges the condition of a copy by the source.
    CopyJudgesSource: "conditions.copy_if_match_is_about_the_destination" "conditions.copy_if_absent_creates";
    /// Makes the copy another name of the source.
    CopyAliases: "copy.overwriting_the_source_leaves_the_copy" "copy.deleting_the_source_leaves_the_copy";
    /// Moves instead of copying.
    CopyMoves: "copy.the_source_stays" "copy.an_object_copied_onto_itself_stays_whole";
    /// Copies the content only.
    CopyLosesAttributes: "copy.the_copy_has_the_attributes" "copy.the_copy_replaces_the_attributes_that_were_there";
    /// Answers a copy with the source.
    CopyAnswersSource: "copy.the_answer_describes_the_copy";
    /// Does not remove.
    KeepsDeleted: "delete.what_is_deleted_is_gone" "delete.what_is_deleted_is_not_listed"
        "delete.a_second_delete_is_no_error";
    /// Fails to remove what is not there.
    DeleteNeedsObject: "delete.a_missing_object_is_no_error" "delete.a_second_delete_is_no_error";
    /// Says that nothing was there.
    DeleteTellsNothing: "delete.tells_truly_whether_there_was_an_object";
    /// Removes all keys that begin so.
    DeletesByPrefix: "delete.neighbours_stay" "delete.what_lies_below_the_name_stays";
    /// Lists in reverse.
    ListsBackwards: "list.is_in_the_order_of_the_keys_bytes" "list.orders_beyond_ascii_by_bytes";
    /// Lists in the order of UTF-16 units.
    ListsByUtf16: "list.orders_beyond_ascii_by_bytes";
    /// Takes the prefix for a directory.
    PrefixIsDirectory: "list.a_prefix_may_end_within_a_segment" "list.a_prefix_may_be_a_whole_key"
        "list.folds_behind_a_prefix_within_a_segment";
    /// Takes the prefix for a pattern.
    PrefixIsPattern: "list.a_prefix_is_not_a_pattern";
    /// Does not fold.
    DoesNotFold: "list.folds_at_the_next_slash" "list.folds_behind_a_directory";
    /// Does not count folded prefixes.
    DoesNotCountFolds: "list.folded_pages_give_each_entry_once_and_count_folds" "list.a_page_holds_no_more_than_its_limit";
    /// Repeats the last object on the next page.
    RepeatsAcrossPages: "list.pages_of_every_size_give_each_object_once" "list.a_cursor_survives_as_text";
    /// Skips an object between pages.
    SkipsAcrossPages: "list.pages_of_every_size_give_each_object_once"
        "list.an_object_stored_behind_the_cursor_is_seen" "list.paging_goes_on_when_the_last_object_was_deleted";
    /// Always says that there is more.
    AlwaysMore: "list.the_last_page_has_no_next" "list.nothing_is_an_empty_page";
    /// Lists what is not there.
    ListsStaging: "list.nothing_is_an_empty_page" "list.a_prefix_of_nothing_is_an_empty_page"
        "list.a_prefix_may_be_a_whole_key";
    /// Tells another size in lists.
    ListTellsWrongSize: "list.tells_size_tag_and_time" "list.an_overwrite_is_listed_once_with_its_new_size"
        "concurrency.a_list_during_writes_tells_whole_objects";
    /// Ignores case in keys.
    IgnoresCase: "keys.case_is_kept";
    /// Decodes percent signs in keys.
    DecodesKeys: "keys.percent_signs_are_not_decoded" "keys.spaces_are_kept";
    /// Takes some composed and decomposed letters for the same.
    NormalisesKeys: "keys.composed_and_decomposed_forms_are_two_keys";
    /// Keeps ASCII only.
    AsciiKeys: "keys.characters_beyond_ascii_are_kept" "keys.emoji_and_joiners_are_kept"
        "keys.text_from_right_to_left_is_kept" "keys.the_longest_segment_beyond_ascii";
    /// Drops spaces and dots at the end of segments, as some file systems do.
    TrimsKeys: "keys.trailing_dots_and_spaces_are_kept";
    /// Drops dots and dashes at the beginning of segments.
    TrimsKeysInFront: "keys.leading_dashes_and_dots_are_kept" "keys.the_reserved_segment_further_down_is_a_name";
    /// Cuts keys where a URL ends its path, and at quotes.
    CutsKeys: "keys.characters_of_urls_are_kept" "keys.characters_of_xml_and_shells_are_kept";
    /// Cuts segments after 100 bytes.
    ShortSegments: "keys.the_longest_segment" "keys.the_longest_segment_beyond_ascii";
    /// Cuts keys after 512 bytes.
    ShortKeys: "keys.the_longest_key" "keys.many_segments";
    /// Refuses names that Windows reserves, and such as its own sidecars have.
    ReservesNames: "keys.names_that_some_systems_reserve" "keys.names_of_staging_files_and_sidecars";
    /// Loses the object where a directory is to be.
    DirectoryReplacesObject: "keys.an_object_and_a_directory_of_one_name" "get.the_directory_of_an_object_is_not_found";
    /// Has no directories unless the first object made them.
    CopyNeedsDirectory: "copy.a_copy_into_a_new_directory";
    /// Promises an operation that it does not have.
    ClaimsTooMuch: "capabilities.what_is_declared_is_there" "sign.a_link_tells_its_method";
    /// Does an operation that it does not declare.
    ClaimsTooLittle: "capabilities.what_is_not_declared_is_refused";
    /// Ignores conditions and says so in its capabilities only.
    DropsUndeclaredConditions: "capabilities.conditions_that_are_not_declared_are_refused_not_ignored";
    /// Answers operations that it does not know.
    AnswersUnknown: "capabilities.an_unknown_operation_is_unsupported";
    /// Names the same operation in every error.
    BlursOperations: "capabilities.an_error_names_its_operation";
    /// Does not count what it reads.
    DoesNotCount: "bodies.progress_counts_every_byte";
    /// Ends a stream at the first empty chunk, and takes only the first two of it.
    TakesTwoChunks: "bodies.a_stream_of_unknown_length" "bodies.a_stream_of_known_length" "bodies.a_stream_of_single_bytes"
        "bodies.a_large_stream_of_unknown_length";
    /// Knows bytes only.
    TakesBytesOnly: "bodies.a_reader" "bodies.a_file" "bodies.an_empty_file" "bodies.a_replayable_body"
        "bodies.an_http_body_with_trailers" "bodies.an_empty_stream_of_unknown_length" "bodies.a_stream_with_empty_chunks";
    /// Panics on empty content.
    PanicsOnEmpty: "put.empty_content_comes_back" "copy.an_empty_object_is_copied";
    /// Never answers a large put.
    HangsOnLarge: "put.large_content_comes_back";
    /// Makes the same link for everything.
    SignsAlike: "sign.another_key_or_method_is_another_link" "sign.a_link_tells_its_method"
        "sign.a_longer_life_expires_later";
    /// Puts the key into the link as it is, in front of any path.
    SignsRaw: "sign.a_link_is_plain_ascii_whatever_the_key" "sign.a_link_does_not_show_itself";
    /// Signs uploads whatever else they are to be bound to, and does not bind them.
    SignsUnbound: "sign.what_no_link_can_be_bound_to_is_refused";
    /// Signs for no largest size, and says that it does.
    SignsNoSize: "sign.a_largest_size_is_signed_where_that_is_declared";
    /// Signs for an hour at the most.
    SignsShort: "sign.the_shortest_and_the_longest_life_are_allowed";
}
