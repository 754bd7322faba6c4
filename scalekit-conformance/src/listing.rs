//! All stories, one line each, and in which layouts they are told.

/// Makes a test of every story, named after it: `conformance!(MyApplication);` in a file below `tests`. With a layout
/// after it, `conformance!(MyApplication, split);`, the stories of that layout, in a module of its name.
///
/// `MyApplication` is an [`Application`](crate::Application).
#[macro_export]
macro_rules! conformance {
    ($application:ty) => {
        $crate::conformance! { @each tests [native Native $application] }
    };
    ($application:ty, split) => {
        mod split {
            use super::*;

            $crate::conformance! { @each tests [split Split $application] }
        }
    };
    (@tests $told:tt $($layout:ident $($why:literal)? { $($subject:ident :: $story:ident,)* })*) => {
        $($($crate::conformance! { @test $told $layout $subject :: $story })*)*
    };
    // The stories of the other layout.
    (@test [native $($told:tt)*] split $($story:tt)*) => {};
    (@test [split $($told:tt)*] native $($story:tt)*) => {};
    (@test [$word:ident $layout:ident $application:ty] $told_in:ident $subject:ident :: $story:ident) => {
        #[test]
        fn $story() {
            $crate::run::<$application, _>(
                $crate::Layout::$layout,
                stringify!($story),
                $crate::stories::$subject::$story,
            );
        }
    };
    (@names [] $($layout:ident $($why:literal)? { $($subject:ident :: $story:ident,)* })*) => {
        &[$($(stringify!($story),)*)*]
    };
    (@one_layout [] both { $($both:tt)* } $($layout:ident $why:literal { $($subject:ident :: $story:ident,)* })*) => {
        &[$($((stringify!($story), $crate::conformance!(@layout $layout), $why),)*)*]
    };
    (@layout native) => { $crate::Layout::Native };
    (@layout split) => { $crate::Layout::Split };
    (@each $then:ident $with:tt) => {
        $crate::conformance! {
            @$then $with
            both {
                refresh::r12_new_permissions_count_in_the_request_that_refreshes,
                refresh::r12_tokens_that_a_refresh_does_not_bring_are_kept,
                refresh::r13_preflights_refresh_nothing,
                refresh::r13_r41_tokens_of_five_seconds_do_not_loop,
                refresh::r28_a_session_outlives_many_tokens_and_not_its_limit,
                outage::r08_our_own_mistakes_log_nobody_out,
                outage::r09_an_answer_lost_after_the_rotation_is_asked_for_again,
                outage::r10_one_users_failure_is_not_anothers,
                outage::r44_keys_that_cannot_be_fetched_make_nobody_anonymous,
                outage::r09_r29_without_scalekit_good_tokens_are_served_and_logout_works,
                races::r30_no_order_of_arrival_revives_a_session_after_logout,
                races::r30_no_order_over_two_instances_revives_a_session_after_logout,
                races::r31_no_order_of_arrival_brings_the_former_user_back,
                races::r54_a_slow_refusal_does_not_delete_the_next_login,
                races::r32_a_refresh_that_ends_after_logout_is_nobodys,
                cookies::r14_r17_a_session_of_many_permissions_grows_and_shrinks,
                cookies::r16_r18_torn_and_mixed_chunks_are_nobody,
                cookies::r16_r43_rubbish_under_our_names_is_nobody,
                cookies::r37_a_session_that_cannot_be_read_does_not_stop_a_login,
                cookies::r18_any_cookie_that_a_full_jar_forgets_costs_at_most_a_login,
                cookies::r30_data_without_its_marker_is_nobody,
                cookies::r21_a_sealed_value_opens_under_its_own_name_only,
                cookies::r23_a_sibling_that_tosses_cookies_changes_nothing,
                cookies::r43_names_that_only_look_like_ours_are_not_ours,
                caching::r19_a_route_that_asks_for_no_session_is_left_alone,
                caching::r19_a_request_that_changes_nothing_sets_no_cookie,
                caching::r24_every_answer_that_read_a_session_is_private,
                caching::r24_what_the_handler_says_to_caches_is_merged,
                caching::r24_no_cache_hands_one_users_answer_to_another,
                caching::r24_no_cache_keeps_a_login_or_a_refusal,
                login::r20_r39_a_login_ends_where_it_began,
                login::r20_a_link_on_another_site_opens_the_page_signed_in,
                login::r40_cookies_are_as_secure_as_the_redirect_uri,
                login::r22_two_tabs_log_in_side_by_side,
                login::r22_flows_are_few_and_end_by_themselves,
                login::r22_login_begins_for_page_loads_only,
                login::r27_every_login_makes_a_new_session_and_ends_the_former,
                login::r39_a_login_never_leads_to_another_site,
                login::r52_a_callback_that_is_loaded_again_redeems_no_second_code,
                login::r52_an_error_of_scalekit_is_a_page_that_offers_to_begin_again,
                login::r43_r52_a_callback_of_somebody_else_signs_nobody_in,
                login::r42_tokens_that_are_not_what_they_should_be_sign_nobody_in,
                login::r55_another_sites_link_does_not_choose_who_is_signed_in,
                logout::r29_r34_logout_clears_the_browser_and_goes_on_at_scalekit,
                logout::r29_logout_works_whatever_the_cookies_are,
                logout::r35_logout_happens_only_when_the_user_meant_it,
                logout::r49_a_stream_ends_with_its_session,
                logout::r29_a_logout_after_an_idle_month_works,
                keys::r44_a_cold_start_fetches_the_keys_once,
                keys::r44_a_refresh_brings_the_new_key_along,
                keys::r44_a_new_key_beside_the_old_one_is_not_noticed,
                keys::r45_a_key_that_is_withdrawn_ends_tokens_and_no_sessions,
                keys::r45_a_new_process_reads_sessions_of_withdrawn_keys,
                keys::r36_a_secret_is_rotated_without_logging_anybody_out,
                keys::r36_a_session_of_a_retired_secret_does_not_stop_a_login,
                keys::r36_a_refresh_under_the_new_secret_is_not_undone,
                programs::r48_a_page_load_without_a_session_goes_to_login,
                programs::r48_what_is_no_page_load_gets_401_and_a_problem,
                programs::r48_a_page_loaded_ahead_is_never_sent_to_login,
                programs::r48_who_may_not_gets_403,
                programs::r51_another_sites_request_gets_no_session,
                programs::r51_another_sites_socket_gets_no_session,
                programs::r47_logins_that_never_arrive_end_on_a_page,
                programs::r47_several_tabs_are_no_loop,
            }
            native "an ordinary request carries no refresh token there, so it refreshes nothing; `renewal` and `hop` tell what the refresh route does instead" {
                refresh::r01_r06_a_hundred_requests_with_one_expired_session_refresh_once,
                refresh::r07_a_refresh_goes_on_when_everybody_hangs_up,
                refresh::r02_a_request_with_the_old_cookies_gets_the_successor,
                refresh::r11_tokens_of_somebody_else_end_the_session,
                refresh::r11_tokens_of_another_organization_are_discarded,
                refresh::r12_a_refusal_hands_the_successor_out_too,
                refresh::r13_a_token_is_refreshed_shortly_before_its_end,
                refresh::r13_head_and_pages_loaded_ahead_refresh_only_what_is_over,
                outage::r08_a_refused_refresh_token_ends_the_session_after_a_minute,
                outage::r09_an_outage_logs_nobody_out,
                outage::r09_a_good_token_is_served_when_the_early_refresh_fails,
                races::r02_r54_no_order_of_arrival_loses_the_session,
                races::r04_no_order_of_arrival_over_two_instances_loses_the_session,
                races::r04_who_comes_second_to_the_token_endpoint_deletes_nothing,
            }
            native "no handler's answer carries a successor there: it comes from the refresh route alone" {
                races::r30_a_slow_handler_does_not_bring_a_session_back_after_logout,
                races::r31_a_slow_handler_does_not_overwrite_the_next_login,
                races::r54_a_slow_handler_never_writes_an_older_generation,
                races::r54_a_handler_slow_for_hours_still_hands_the_successor_out,
                cookies::r25_the_handlers_own_cookies_stay_lines_of_their_own,
                cookies::r25_whatever_the_handler_answers_the_successor_arrives,
                cookies::r26_the_cookies_of_a_stream_are_in_its_head,
            }
            native "each cookie lives for a time of its own there: see `split`" {
                cookies::r28_cookies_live_no_longer_than_their_session,
            }
            split "the native layout has no refresh route, and one cookie for everything" {
                split::r20_r28_each_split_cookie_has_a_path_and_a_life_of_its_own,
                split::r28_a_refresh_moves_no_limit_of_the_split_cookies,
                split::r41_an_access_cookie_lives_a_second_at_least,
                split::r20_a_request_carries_no_token_that_it_does_not_need,
                split::r17_r48_the_access_cookie_can_be_kept_to_one_path,
                split::r23_a_tossed_refresh_cookie_beside_the_genuine_one_changes_nothing,
                split::r23_a_tossed_refresh_cookie_alone_refreshes_nobody,
                split::r23_tossed_tokens_of_another_user_are_nobodys,
                split::r21_a_sealed_token_opens_under_its_own_name_only,
                split::r17_r29_logout_removes_every_split_cookie_whatever_was_sent,
                split::r34_a_logout_finds_the_id_token_that_pages_are_not_sent,
                split::r25_the_handlers_own_cookies_stay_beside_a_split_session,
                split::r24_no_cache_keeps_what_the_refresh_route_says,
                hop::r48_an_expired_page_load_is_led_through_the_refresh_route_and_back,
                hop::r48_what_cannot_be_led_through_is_told_that_the_session_expired,
                hop::r13_r22_forms_frames_and_pages_loaded_ahead_are_not_led_through,
                hop::r20_a_link_on_another_site_opens_an_expired_session,
                hop::r13_the_hop_is_for_page_loads_only,
                hop::r13_a_hop_while_the_token_is_fresh_asks_nobody,
                hop::r39_a_hop_never_leads_to_another_site,
                hop::r13_r41_who_clicks_every_few_seconds_is_never_sent_to_login,
                hop::r13_r41_programs_refresh_tokens_of_five_seconds_as_they_end,
                hop::r47_a_browser_that_drops_the_access_cookie_ends_on_a_page,
                hop::r47_a_hop_that_helps_is_no_loop,
                hop::r01_r47_tabs_that_are_led_through_at_once_refresh_once,
                hop::r09_a_hop_in_an_outage_is_a_page_and_loses_nothing,
                hop::r08_a_hop_with_a_refused_token_leads_to_login_and_back_to_the_page,
                renewal::r01_a_hundred_posts_of_one_expired_session_refresh_once,
                renewal::r02_a_post_with_the_old_refresh_cookie_gets_the_successor,
                renewal::r07_a_refresh_that_was_posted_goes_on_when_everybody_hangs_up,
                renewal::r13_the_refresh_route_refreshes_only_what_is_due,
                renewal::r13_what_only_looks_at_the_refresh_route_changes_nothing,
                renewal::r48_nobody_refreshes_nothing,
                renewal::r51_another_site_refreshes_nothing,
                renewal::r09_an_outage_costs_no_split_session,
                renewal::r09_an_early_refresh_that_fails_takes_no_good_token_away,
                renewal::r08_a_refused_refresh_token_ends_a_split_session_after_a_minute,
                renewal::r11_refreshed_tokens_of_somebody_else_end_the_split_session,
                renewal::r12_a_refresh_without_an_id_token_keeps_the_former,
                renewal::r52_a_reload_of_the_hop_refreshes_nothing_more,
                rival::r02_r54_no_order_of_arrival_loses_a_split_session,
                rival::r04_no_order_over_two_instances_loses_a_split_session,
                rival::r04_who_comes_second_with_the_refresh_cookie_deletes_nothing,
                rival::r30_a_late_refresh_does_not_bring_a_split_session_back_after_logout,
                rival::r31_a_late_refresh_does_not_bring_the_former_user_back,
                rival::r27_the_next_login_ends_the_former_split_session,
                rival::r30_r32_nobody_picks_up_what_a_refresh_brought_after_logout,
                rival::r30_a_logout_elsewhere_is_known_when_the_access_cookie_is_shown,
            }
        }
    };
}
