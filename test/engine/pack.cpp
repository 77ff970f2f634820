#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <array>
#include <functional>
#include <vector>

using namespace xgrad;

namespace {
/// x + 1 element by element, read one by one.
template <class X>
bool is_plus_one(tensor<double> const& result, X const& x)
{
    auto from = x.begin();
    for (auto const element : result) {
        if (element != *from++ + 1) {
            return false;
        }
    }
    return from == x.end();
}
} // namespace

BOOST_AUTO_TEST_CASE(transposed_operands_of_every_size_are_read_in_order)
{
    for (std::size_t const rows : {1, 7, 8, 9, 40, 300}) {
        for (std::size_t const columns : {1, 3, 8, 17, 130}) {
            auto const x = random::uniform({rows, columns}, -1, 1);
            tensor const t = transpose(x);
            BOOST_TEST(is_plus_one(tensor<double>(t + 1.), t), rows << " × " << columns);
            BOOST_TEST(is_plus_one(tensor<double>(x + 1.), x));
        }
    }
}

BOOST_AUTO_TEST_CASE(any_permutation_of_axes_is_read_in_order)
{
    auto const x = random::uniform({9, 33, 17}, -1, 1);
    for (auto const& order : {std::array{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}) {
        tensor const t = transpose(x, {order[0], order[1], order[2]});
        BOOST_TEST(is_plus_one(tensor<double>(t + 1.), t));
    }
}

BOOST_AUTO_TEST_CASE(steps_and_negative_steps_are_read_in_order)
{
    auto const x = random::uniform({90, 70}, -1, 1);
    tensor const reversed = view(x, all(), range(69, -71, -1));
    BOOST_TEST(is_plus_one(tensor<double>(reversed + 1.), reversed));
    tensor const strided = view(x, range(1, 90, 3), range(0, 70, 2));
    BOOST_TEST(is_plus_one(tensor<double>(strided + 1.), strided));
    tensor const both = transpose(strided);
    BOOST_TEST(is_plus_one(tensor<double>(both + 1.), both));
}

BOOST_AUTO_TEST_CASE(rows_and_columns_broadcast_over_blocks_of_any_length)
{
    for (std::size_t const columns : {1, 3, 150, 500, 1024, 1025, 4096, 5000}) {
        std::size_t const rows = 5;
        auto const x = random::uniform({rows, columns}, -1, 1);
        auto const row = random::uniform({columns}, -1, 1);
        auto const column = random::uniform({rows, 1}, -1, 1);
        auto tape = create_tape();
        tensor const y = x * row + column;
        bool right = true;
        for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t j = 0; j < columns; ++j) {
                right = right && std::abs(y(i, j) - (x(i, j) * row(j) + column(i, 0))) < 1e-15;
            }
        }
        BOOST_TEST(right, columns);
        auto const [gx, grow, gcolumn] = grad(tape, y, wrt(x, row, column));
        BOOST_TEST(amax(abs(gx - (zeros_like(x) + row))).item() == 0.);
        BOOST_TEST(amax(abs(grow - sum(x, 0))).item() < 1e-13);
        BOOST_TEST(amax(abs(gcolumn - static_cast<double>(columns))).item() == 0.);
    }
}

BOOST_AUTO_TEST_CASE(a_transposed_view_keeps_the_order_that_a_statement_has_brought_into_it)
{
    auto const x = random::uniform({300, 70}, -1, 1);
    tensor const t = transpose(x);
    auto tape = create_tape();
    tensor const once = t * t;
    auto const bytes = tape.bytes();
    auto const* const kept = t.body().ordered();
    BOOST_REQUIRE(kept != nullptr);
    tensor const twice = t * t * 2.;
    BOOST_TEST(t.body().ordered() == kept);
    BOOST_TEST(all(twice == 2. * once).item());
    // A tape that keeps the view keeps the copy as well, and says so.
    BOOST_TEST(bytes >= x.body().block_bytes + kept->block_bytes);
}

BOOST_AUTO_TEST_CASE(foreign_memory_is_read_anew_by_every_statement)
{
    std::vector<double> memory(40 * 60, 1.);
    tensor const t = transpose(adapt(memory.data(), {40, 60}));
    BOOST_TEST(sum(t + 1.).item() == 2. * 2400);
    memory.assign(memory.size(), 3.);
    BOOST_TEST(sum(t + 1.).item() == 4. * 2400);
}
