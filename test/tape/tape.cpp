#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <array>
#include <future>
#include <locale>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace xgrad;

BOOST_AUTO_TEST_CASE(a_tape_is_empty_after_one_gradient_and_records_on)
{
    tensor const x = constant(3.);
    auto tape = create_tape();
    tensor const y = x * x;
    BOOST_TEST(grad(tape, y, x).item() == 6.);
    BOOST_TEST(tape.size() == 0u);
    BOOST_CHECK_EXCEPTION(grad(tape, y, x), tape_error, [](error const& e) {
        return std::string(e.what()).find("an earlier grad has used it up") != std::string::npos;
    });
    tensor const z = log(x);
    BOOST_TEST(tape.size() == 1u);
    BOOST_TEST(grad(tape, z, x).item() == 1. / 3);
}

BOOST_AUTO_TEST_CASE(a_persistent_tape_answers_again)
{
    tensor const x = constant(3.);
    auto tape = create_tape({.persistent = true});
    tensor const y = x * x;
    tensor const z = y * y;
    BOOST_TEST(grad(tape, z, x).item() == 108.);
    BOOST_TEST(grad(tape, z, y).item() == 18.);
    BOOST_TEST(grad(tape, y, x).item() == 6.);
    tape.clear();
    BOOST_TEST(tape.size() == 0u);
    BOOST_CHECK_THROW(grad(tape, z, x), tape_error);
}

BOOST_AUTO_TEST_CASE(every_active_tape_records_every_statement)
{
    tensor const x = constant(2.);
    auto outer = create_tape();
    auto inner = create_tape();
    tensor const y = x * x;
    BOOST_TEST(outer.size() == 1u);
    BOOST_TEST(inner.size() == 1u);
    BOOST_TEST(grad(inner, y, x).item() == 4.);
    BOOST_TEST(grad(outer, y, x).item() == 4.);
}

BOOST_AUTO_TEST_CASE(with_tape_records_on_exactly_that_tape_also_when_the_function_throws)
{
    tensor const x = constant(2.);
    auto first = create_tape({.persistent = true});
    auto second = create_tape({.persistent = true});
    tensor const y = with_tape(first, [&] { return tensor(x * x); });
    BOOST_TEST(first.size() == 1u);
    BOOST_TEST(second.size() == 0u);
    BOOST_CHECK_THROW(
        with_tape(first, [&]() -> tensor<double> { throw std::runtime_error("stop"); }),
        std::runtime_error);
    tensor const z = y * x;
    BOOST_TEST(first.size() == 2u);
    BOOST_TEST(second.size() == 1u);
    BOOST_TEST(grad(first, z, x).item() == 12.);
    BOOST_TEST(grad(second, z, y).item() == 2.);
}

BOOST_AUTO_TEST_CASE(nothing_records_under_no_grad_and_stop_recording_stops_one_tape)
{
    tensor const x = constant(2.);
    auto tape = create_tape();
    auto other = create_tape();
    {
        no_grad const guard;
        BOOST_TEST((x * x).item() == 4.);
    }
    tensor const y = with_no_grad([&] { return tensor(x * x); });
    BOOST_TEST(tape.size() == 0u);
    tape.stop_recording([&] { BOOST_TEST((x * y).item() == 8.); });
    BOOST_TEST(tape.size() == 0u);
    BOOST_TEST(other.size() == 1u);
    tensor const z = x + y;
    BOOST_TEST(tape.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_tape_that_watches_records_only_what_depends_on_what_it_watches)
{
    tensor const x = constant(2.);
    tensor const c = constant(5.);
    auto tape = create_tape({.watch_only = true});
    tensor const before = c * c;
    BOOST_TEST(tape.size() == 0u);
    tape.watch(x);
    tensor const y = x * c;
    tensor const z = y + before;
    tensor const other = c + 1;
    BOOST_TEST(tape.size() == 2u);
    BOOST_TEST(grad(tape, z, x).item() == 5.);
}

BOOST_AUTO_TEST_CASE(tapes_may_be_moved_and_destroyed_in_any_order)
{
    tensor const x = constant(2.);
    auto first = std::make_unique<tape>(create_tape());
    auto second = std::make_unique<tape>(create_tape());
    auto third = std::make_unique<tape>(std::move(*first));
    first.reset();
    BOOST_TEST(active_tape() == second.get());
    second.reset();
    BOOST_TEST(active_tape() == third.get());
    tensor const y = x * 3;
    BOOST_TEST(third->size() == 1u);
    BOOST_TEST(grad(*third, y, x).item() == 3.);
    third.reset();
    BOOST_TEST(active_tape() == nullptr);
    tensor const z = x * 3;
    BOOST_TEST(z.item() == 6.);
}

BOOST_AUTO_TEST_CASE(a_tape_that_has_been_moved_away_says_so)
{
    tensor const x = constant(2.);
    auto tape = create_tape();
    auto const other = std::move(tape);
    tensor const y = x * x;
    BOOST_CHECK_THROW(grad(tape, y, x), tape_error);
    BOOST_CHECK_THROW(tape.size(), tape_error);
    BOOST_CHECK_THROW(tape.watch(x), tape_error);
    BOOST_CHECK_THROW(tape.clear(), tape_error);
    BOOST_CHECK_THROW(tape.summary(), tape_error);
    BOOST_CHECK_THROW(set_tape(tape), tape_error);
    BOOST_TEST(other.size() == 1u);
}

BOOST_AUTO_TEST_CASE(set_tape_makes_a_tape_the_innermost_again)
{
    auto first = create_tape();
    auto second = create_tape();
    BOOST_TEST(active_tape() == &second);
    set_tape(first);
    BOOST_TEST(active_tape() == &first);
}

BOOST_AUTO_TEST_CASE(each_thread_has_tapes_of_its_own)
{
    auto tape = create_tape();
    tensor const x = constant(2.);
    double derivative = 0;
    std::thread([&] {
        BOOST_TEST(active_tape() == nullptr);
        auto mine = create_tape();
        tensor const y = x * x * x;
        derivative = grad(mine, y, x).item();
    }).join();
    BOOST_TEST(derivative == 12.);
    BOOST_TEST(tape.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_tape_that_is_active_on_another_thread_is_not_used_beside_it)
{
    tensor const x = constant(2.);
    auto mine = create_tape({.persistent = true});
    tensor const y = x * x;
    std::thread([&] {
        auto const says_so = [](error const& e) {
            return std::string(e.what()).find("is active on another thread") != std::string::npos;
        };
        BOOST_CHECK_EXCEPTION(grad(mine, y, x), tape_error, says_so);
        BOOST_CHECK_EXCEPTION(jacobian(mine, y, x), tape_error, says_so);
        BOOST_CHECK_EXCEPTION(with_tape(mine, [&] { return x * x; }), tape_error, says_so);
        set_tape(mine); // from here on it is this thread's
        BOOST_TEST(grad(mine, y, x).item() == 4.);
    }).join();
    BOOST_TEST(grad(mine, y, x).item() == 4.); // which has ended
    std::thread([moved = std::move(mine), y, x]() mutable {
        BOOST_TEST(grad(moved, y, x).item() == 4.);
    }).join();
}

BOOST_AUTO_TEST_CASE(a_tape_on_which_another_thread_is_recording_is_refused)
{
    tensor const x = constant(2.);
    auto tape = create_tape({.persistent = true});
    tensor const y = x * x;
    std::promise<void> started;
    std::promise<void> seen;
    std::thread other([&, moved = std::move(tape)]() mutable {
        with_tape(moved, [&] {
            with_tape(moved, [&] { tensor const z = x * y; }); // its own once more
            tape = std::move(moved);
            started.set_value();
            seen.get_future().wait();
        });
    });
    started.get_future().wait();
    auto const says_so = [](error const& e) {
        return std::string(e.what()).find("another thread is recording") != std::string::npos;
    };
    BOOST_CHECK_EXCEPTION(grad(tape, y, x), tape_error, says_so);
    BOOST_CHECK_EXCEPTION(with_tape(tape, [&] { return x * x; }), tape_error, says_so);
    seen.set_value();
    other.join();
    BOOST_TEST(grad(tape, y, x).item() == 4.);
}

BOOST_AUTO_TEST_CASE(a_tape_that_watches_goes_on_after_a_gradient_and_a_clear)
{
    tensor const x = constant(2.);
    tensor const other = constant(3.);
    auto tape = create_tape({.watch_only = true});
    tape.watch(x);
    for (int round = 0; round < 3; ++round) {
        tensor const y = x * other;
        tensor const unseen = other * other;
        BOOST_TEST(tape.size() == 1u);
        if (round == 1) {
            tape.clear();
        } else {
            BOOST_TEST(grad(tape, y, x).item() == 3.);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_tape_set_within_its_own_with_tape_records_once)
{
    tensor const x = constant(2.);
    auto tape = create_tape();
    with_tape(tape, [&] {
        set_tape(tape);
        tensor const y = x * x;
        BOOST_TEST(tape.size() == 1u);
    });
}

BOOST_AUTO_TEST_CASE(threads_may_read_one_view_at_the_same_time)
{
    tensor const x = constant({{1., 2., 3.}, {4., 5., 6.}});
    tensor const turned = transpose(x);
    std::array<double const*, 4> found{};
    std::vector<std::thread> readers;
    for (auto& first : found) {
        readers.emplace_back([&] { first = turned.data(); });
    }
    for (auto& reader : readers) {
        reader.join();
    }
    for (auto const* const first : found) {
        BOOST_TEST(first == turned.data());
    }
    BOOST_TEST(turned.data()[1] == 4.);
}

BOOST_AUTO_TEST_CASE(a_tape_handed_to_another_thread_may_die_there)
{
    tensor const x = constant(2.);
    {
        auto made_here = create_tape();
        tensor const y = x * x;
        std::thread([t = std::move(made_here), y, x]() mutable {
            set_tape(t);
            tensor const z = y * 3;
            BOOST_TEST(grad(t, z, x).item() == 12.);
        }).join();
    }
    BOOST_TEST(active_tape() == nullptr);
    auto next = create_tape();
    tensor const y = x * 5;
    BOOST_TEST(grad(next, y, x).item() == 5.);
}

BOOST_AUTO_TEST_CASE(what_the_reverse_sweep_does_not_need_is_not_kept)
{
    tensor x = ones({100000});
    auto tape = create_tape({.persistent = true});
    tensor y = x + 1;
    y = -y;
    BOOST_TEST(tape.bytes() < 10000u);
    y = 2 * y;
    BOOST_TEST(tape.bytes() < 10000u);
    y = exp(y); // keeps its result
    BOOST_TEST(tape.bytes() > 800000u);
    BOOST_TEST(tape.bytes() < 900000u);
    BOOST_TEST(sum(y).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_million_statements_are_neither_recursion_nor_leak)
{
    auto tape = create_tape();
    tensor const c = constant(1e-6);
    tensor x = constant(0.);
    for (int i = 0; i < 1000000; ++i) {
        x = x + c;
    }
    BOOST_TEST(tape.size() == 1000000u);
    BOOST_TEST(grad(tape, x, c).item() == 1e6);
}

BOOST_AUTO_TEST_CASE(a_tensor_computed_before_the_tape_is_a_constant_and_no_target)
{
    tensor const x = constant(2.);
    tensor const before = x * x;
    auto tape = create_tape();
    tensor const y = before * x;
    BOOST_CHECK_THROW(grad(tape, before, x), tape_error);
    BOOST_TEST(grad(tape, y, x).item() == 4.);
}

BOOST_AUTO_TEST_CASE(a_formula_has_the_same_numbers_in_every_locale)
{
    struct commas : std::numpunct<char>
    {
        char do_decimal_point() const override { return ','; }

        char do_thousands_sep() const override { return '.'; }

        std::string do_grouping() const override { return "\3"; }
    };

    auto const before = std::locale::global(std::locale(std::locale::classic(), new commas));
    auto tape = create_tape();
    tensor const x = constant({1., 2.});
    tensor const y = 1234.5 * x;
    auto const summary = tape.summary();
    std::locale::global(before);
    BOOST_TEST(summary.find("1234.5 * v0") != std::string::npos, summary);
}

BOOST_AUTO_TEST_CASE(a_summary_lists_formula_shape_bytes_and_line_of_every_statement)
{
    auto tape = create_tape();
    tensor const x = constant({1., 2.});
    auto const line = __LINE__ + 1;
    tensor const y = exp(-x) * 2.5 + x / (x - 1);
    tensor const s = sum(square(y));
    auto const text = tape.summary();
    BOOST_TEST(text.find("exp(-v0) * 2.5 + v0 / (v0 - 1)") != text.npos);
    BOOST_TEST(text.find("sum(square(v1))") != text.npos);
    BOOST_TEST(text.find("{2}") != text.npos);
    BOOST_TEST(text.find("tape.cpp:" + std::to_string(line)) != text.npos);
}

BOOST_AUTO_TEST_CASE(a_truth_value_can_be_branched_on)
{
    tensor const x = constant(2.);
    BOOST_TEST((x > 1 ? true : false));
    BOOST_TEST((tensor(x > 3) ? false : true));
    BOOST_CHECK_THROW((void)bool(constant({1., 2.}) > 1), value_error);
}

BOOST_AUTO_TEST_CASE(an_expression_returned_from_a_scope_is_computed_inside_it)
{
    tensor const x = constant(2.);
    auto first = create_tape();
    auto second = create_tape();
    tensor const a = with_no_grad([&] { return exp(x); });
    tensor const b = second.stop_recording([&] { return x * x; });
    BOOST_TEST(first.size() == 1u);
    BOOST_TEST(second.size() == 0u);
    tensor const c = with_tape(second, [&] { return x + b; });
    BOOST_TEST(first.size() == 1u);
    BOOST_TEST(second.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_summary_has_a_line_for_a_statement_whose_place_is_not_known)
{
    auto tape = create_tape();
    tensor x = constant(2.);
    x *= x; // an operator has no place to be told where it stands
    BOOST_TEST(tape.size() == 1u);
    BOOST_TEST(tape.summary().find("v0 * v0") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_record_is_repeated_over_other_values_and_ended_by_another_statement)
{
    tensor<double> x = constant({1., 2.});
    auto tape = create_tape({.persistent = true});
    auto const compute = [&] { return as_tensor(sum(exp(sin(x) * x))); };
    auto const slope = [&] {
        return gradient([](auto const& v) { return sum(exp(sin(v) * v)); }, x);
    };
    auto first = compute();
    auto const statements = tape.size();
    x = constant({0.3, -0.4});
    tape.record().repeat(std::array{&x.body()});
    BOOST_CHECK_THROW(grad(tape, first, x), tape_error); // it is no longer there
    auto const again = compute();
    BOOST_TEST(tape.record().end_repeat());
    BOOST_TEST(tape.size() == statements);
    auto const found = grad(tape, again, x);
    BOOST_TEST(norm_linf(found - tape.stop_recording(slope)).item() < 1e-15);

    tape.record().repeat(std::array{&x.body()});
    tensor const other = cos(x);
    BOOST_TEST(!tape.record().end_repeat());
    tape.record().repeat(std::array{&x.body()});
    BOOST_TEST(!tape.record().end_repeat()); // nothing was recorded
}
