#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <vector>

// Rows of views that are long enough are read where they lie, a call for each.

using namespace xgrad;

namespace {
/// Five points of each inner element, as one statement; element by element below.
template <class T>
tensor<T> five_points(tensor<T> const& u)
{
    auto const _ = placeholders::_;
    auto const inner = range(1, -1);
    return view(u, inner, inner) * T(3) + view(u, range(2, _), inner) +
        view(u, range(0, -2), inner) * T(2) + view(u, inner, range(2, _)) -
        view(u, inner, range(0, -2));
}

template <class T>
bool is_five_points(tensor<T> const& y, tensor<T> const& u)
{
    auto const columns = u.shape()[1];
    auto const* const x = u.data();
    auto const* at = y.data();
    for (std::size_t i = 1; i + 1 < u.shape()[0]; ++i) {
        for (std::size_t j = 1; j + 1 < columns; ++j) {
            auto const* const c = x + i * columns + j;
            auto const expected =
                c[0] * T(3) + c[columns] + c[-static_cast<int>(columns)] * T(2) + c[1] - c[-1];
            if (!(std::abs(*at++ - expected) <= T(16) * std::numeric_limits<T>::epsilon())) {
                return false;
            }
        }
    }
    return true;
}

template <class T>
void check_five_points()
{
    for (std::size_t const rows : {3, 4, 40}) {
        for (std::size_t const columns :
             {3, 40, 65, 66, 67, 73, 130, 131, 300, 513, 514, 515, 1100}) {
            auto const u = random::uniform<T>({rows, columns}, -1, 1);
            BOOST_TEST(is_five_points(five_points(u), u), rows << " × " << columns);
        }
    }
}
} // namespace

BOOST_AUTO_TEST_CASE(rows_of_every_length_are_read_where_they_lie)
{
    check_five_points<double>();
    check_five_points<float>();
}

BOOST_AUTO_TEST_CASE(the_last_rows_of_all_parts_end_with_the_memory)
{
    // What a register reads beyond the end of a row belongs to somebody else, or to nobody.
    for (std::size_t const columns : {192, 193, 199, 200, 255}) {
        std::vector<double> memory(3 * columns);
        std::fill(memory.begin(), memory.end(), 2.);
        auto const x = adapt(memory.data(), {std::size_t{3}, columns});
        tensor const part = view(x, range(1, 3), range(1, placeholders::_));
        tensor const y = part * 3. - 1.;
        BOOST_TEST(all(y == 5.).item(), columns);
    }
}

BOOST_AUTO_TEST_CASE(elements_are_the_same_on_any_number_of_threads_and_beside_rows_that_repeat)
{
    auto const u = random::uniform({300, 403}, -1, 1);
    auto const b = random::uniform({401}, -1, 1);
    auto const c = random::uniform({298, 1}, -1, 1);
    auto const f = [&] {
        auto const inner = range(1, -1);
        return tensor(exp(view(u, inner, inner)) * b + view(u, range(0, -2), inner) / (2. + c));
    };
    set_num_threads(1);
    auto const alone = f();
    set_num_threads(0);
    BOOST_TEST(all(alone == f()).item());
    auto const at = [&](std::size_t i, std::size_t j) {
        return std::exp(u(i + 1, j + 1)) * b(j) + u(i, j + 1) / (2. + c(i, 0));
    };
    for (std::size_t const i : {0, 1, 150, 297}) {
        for (std::size_t const j : {0, 1, 200, 399, 400}) {
            BOOST_TEST(alone(i, j) == at(i, j), boost::test_tools::tolerance(1e-14));
        }
    }
}

BOOST_AUTO_TEST_CASE(rows_in_reverse_order_and_of_other_types_are_read_in_theirs)
{
    auto const u = random::uniform({20, 300}, -1, 1);
    tensor const turned = flip(u, 0);
    tensor const part = view(turned, range(2, 15), range(7, 290));
    tensor const y = part + 1.;
    auto const v = cast<float>(u);
    tensor const mixed = view(u, range(1, 9), range(5, 250)) + view(v, range(0, 8), range(0, 245));
    bool same = true;
    for (std::size_t i = 0; i < 8; ++i) {
        for (std::size_t j = 0; j < 245; ++j) {
            same = same && y(i, j) == u(17 - i, j + 7) + 1. &&
                mixed(i, j) == u(i + 1, j + 5) + static_cast<double>(v(i, j));
        }
    }
    BOOST_TEST(same);
}
