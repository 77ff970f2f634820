#include <boost/test/unit_test.hpp>

#include <xgrad/engine/runs.hpp>
#include <xgrad/engine/spread.hpp>

#include <vector>

using namespace xgrad;

namespace {
/// Every shape of the rank with these lengths.
std::vector<shape_type> shapes_of(std::size_t rank, std::vector<std::size_t> const& lengths)
{
    std::vector<shape_type> shapes{{}};
    for (std::size_t axis = 0; axis < rank; ++axis) {
        std::vector<shape_type> longer;
        for (auto const& shape : shapes) {
            for (auto const length : lengths) {
                longer.push_back(shape);
                longer.back().push_back(length);
            }
        }
        shapes = longer;
    }
    return shapes;
}

/// Every shape that broadcasts into the space.
std::vector<shape_type> operands_of(shape_type const& space)
{
    std::vector<shape_type> operands;
    for (std::size_t rank = 0; rank <= space.size(); ++rank) {
        for (auto const& stretched : shapes_of(rank, {0, 1})) {
            shape_type operand(space.end() - static_cast<std::ptrdiff_t>(rank), space.end());
            for (std::size_t axis = 0; axis < rank; ++axis) {
                operand[axis] = stretched[axis] != 0 ? 1 : operand[axis];
            }
            operands.push_back(operand);
        }
    }
    return operands;
}

template <class F>
void for_each_broadcast(F const& f)
{
    for (std::size_t rank = 0; rank <= 4; ++rank) {
        auto const lengths = rank < 3 ? std::vector<std::size_t>{1, 2, 3, 7, 8, 9, 65}
                                      : std::vector<std::size_t>{1, 2, 9};
        for (auto const& space : shapes_of(rank, lengths)) {
            for (auto const& operand : operands_of(space)) {
                f(operand, space);
            }
        }
    }
}

template <class T>
void expect_spread_elements()
{
    for_each_broadcast([](shape_type const& operand, shape_type const& space) {
        auto const size = element_count(space);
        // Just as much memory as there is behind a body, so that sanitizers see what is read.
        std::vector<T> from(padded_bytes(element_count(operand) * sizeof(T)) / sizeof(T));
        for (std::size_t i = 0; i < from.size(); ++i) {
            from[i] = static_cast<T>(i);
        }
        std::vector<T> to(padded_bytes(size * sizeof(T)) / sizeof(T), T(-1));
        spread(type_of<T>, from.data(), operand, space, to.data());
        auto const strides = broadcast_strides(operand, row_major_strides(operand), space);
        bool as_expected = true;
        for (std::size_t i = 0; i < to.size(); ++i) {
            std::size_t place = 0;
            auto rest = i;
            for (auto axis = space.size(); axis-- > 0;) {
                place += rest % space[axis] * static_cast<std::size_t>(strides[axis]);
                rest /= space[axis];
            }
            as_expected = as_expected && to[i] == (i < size ? from[place] : T(0));
        }
        BOOST_TEST(as_expected, to_string(operand) << " over " << to_string(space));
    });
}
} // namespace

BOOST_AUTO_TEST_CASE(every_element_goes_to_all_its_places_and_zeros_behind_them)
{
    expect_spread_elements<double>();
    expect_spread_elements<float>();
}

BOOST_AUTO_TEST_CASE(joined_axes_are_those_that_coalesce_finds)
{
    for_each_broadcast([](shape_type const& operand, shape_type const& space) {
        if (element_count(space) == 1) {
            return; // no axis is left, where coalesce keeps one of length 1
        }
        auto axes = space;
        auto strides = broadcast_strides(operand, row_major_strides(operand), space);
        coalesce(axes, strides);
        auto const joined = joined_axes(operand, space);
        BOOST_TEST((joined.axes == axes), to_string(operand) << " over " << to_string(space));
        BOOST_TEST((joined.strides == strides), to_string(operand) << " over " << to_string(space));
    });
}
