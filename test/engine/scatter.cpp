#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <array>
#include <vector>

// Elements of one strided array stored at, or added to, the places of another one.

using namespace xgrad;

namespace {
/// Every other layout of an array of this shape: as it is, its transpose's transpose, parts and
/// rows in reverse of larger ones, one row or one number for all.
template <class T>
std::vector<tensor<T>> layouts(std::size_t rows, std::size_t columns)
{
    auto const some = [](shape_argument const& shape) {
        return cast<T>(random::uniform(shape, 0, 100) > 40.) * cast<T>(full(shape, 1.)) +
            cast<T>(
                   reshape(arange<double>(static_cast<double>(element_count(shape))), shape.get()));
    };
    tensor<T> const number = some({1, 1});
    tensor<T> const row = some({1, columns});
    tensor<T> const column = some({rows, 1});
    return {
        tensor<T>(some({rows, columns})),
        transpose(tensor<T>(some({columns, rows}))),
        view(tensor<T>(some({rows + 2, columns + 3})), range(1, -1), range(2, -1)),
        flip(tensor<T>(some({rows, columns})), 1),
        view(
            tensor<T>(some({2 * rows, 3 * columns})),
            range(0, placeholders::_, 2),
            range(0, placeholders::_, 3)),
        broadcast(number, {rows, columns}),
        broadcast(row, {rows, columns}),
        broadcast(column, {rows, columns})};
}

template <class T>
void check(std::size_t rows, std::size_t columns)
{
    for (auto const& x : layouts<T>(rows, columns)) {
        // Between others, side by side, and as every other element.
        auto const beside = concatenate({x, x}, 1);
        auto const below = concatenate({x, x}, 0);
        auto const between = stack({x, x}, 2);
        auto const inside = pad(x, 2, pad_mode::constant, T(1));
        auto const rolled = roll(x, 1, 1);
        bool same = true;
        for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t j = 0; j < columns; ++j) {
                auto const e = x(i, j);
                same = same && beside(i, j) == e && beside(i, columns + j) == e &&
                    below(i, j) == e && below(rows + i, j) == e && between(i, j, 0) == e &&
                    between(i, j, 1) == e && inside(i + 2, j + 2) == e &&
                    rolled(i, (j + 1) % columns) == e;
            }
        }
        BOOST_TEST(same, rows << " × " << columns);
        BOOST_TEST((inside(0, 0) == T(1) && inside(rows + 3, columns + 3) == T(1)));
    }
}
} // namespace

BOOST_AUTO_TEST_CASE(elements_of_every_layout_and_type_go_to_their_places)
{
    for (auto const& [rows, columns] :
         {std::pair{1, 1}, {1, 7}, {3, 1}, {4, 2}, {2, 4}, {5, 9}, {3, 65}, {70, 3}, {33, 130}}) {
        auto const n = static_cast<std::size_t>(rows);
        auto const k = static_cast<std::size_t>(columns);
        check<double>(n, k);
        check<float>(n, k);
        check<std::int32_t>(n, k);
        check<std::int64_t>(n, k);
    }
}

BOOST_AUTO_TEST_CASE(truth_values_are_moved_as_bytes)
{
    for (std::size_t const n : {1, 3, 8, 17, 100, 700}) {
        tensor const b = random::uniform({3, n}) > 0.5;
        auto const both = concatenate({b, flip(b, 1)}, 1);
        bool same = true;
        for (std::size_t i = 0; i < 3; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                same = same && both(i, j) == b(i, j) && both(i, 2 * n - 1 - j) == b(i, j);
            }
        }
        BOOST_TEST(same, n);
    }
}

BOOST_AUTO_TEST_CASE(many_elements_are_moved_on_several_threads)
{
    auto const x = random::uniform({500, 301}, -1, 1);
    tensor const t = transpose(random::uniform({301, 500}, -1, 1));
    auto const all_of = [&] {
        return std::vector<tensor<double>>{
            concatenate({x, t}, 1), concatenate({t, x}, 0), roll(x, -3, 0), pad(t, 1)};
    };
    set_num_threads(1);
    auto const alone = all_of();
    set_num_threads(0);
    auto const together = all_of();
    for (std::size_t i = 0; i < alone.size(); ++i) {
        BOOST_TEST(all(alone[i] == together[i]).item());
    }
    BOOST_TEST(all(view(alone[0], all(), range(301, 602)) == t).item());
}

BOOST_AUTO_TEST_CASE(adjoints_of_overlapping_parts_are_added_where_they_lie)
{
    for (std::size_t const n : {2, 9, 65, 200, 700}) {
        auto const x = random::uniform({n, n}, -1, 1);
        auto tape = create_tape();
        tensor const columns = view(x, all(), range(0, placeholders::_, 2));
        tensor const rows = flip(view(x, range(1, placeholders::_)), 0);
        tensor const y = 2. * sum(columns) + 3. * sum(rows) + sum(5. * view(x, all(), n - 1));
        auto const g = grad(tape, y, x);
        bool same = true;
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                same = same &&
                    g(i, j) == (j % 2 == 0 ? 2. : 0.) + (i > 0 ? 3. : 0.) + (j == n - 1 ? 5. : 0.);
            }
        }
        BOOST_TEST(same, n);
    }
}

BOOST_AUTO_TEST_CASE(rows_of_no_elements_are_gathered_without_a_move)
{
    std::array<double, 3> memory{1., 2., 3.};
    auto const to = make_foreign_body(element_type::float64, &memory[1], {4, 0}, {0, 1}, {});
    element_runs runs;
    runs.starts = {0, 0, 0, 0};
    runs.length = 0;
    gather(zeros({3, 0}).body(), runs, *to);
    BOOST_TEST((memory == std::array{1., 2., 3.}));
}
