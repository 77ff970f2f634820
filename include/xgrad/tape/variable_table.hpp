#pragma once

#include <xgrad/base/segmented_list.hpp>
#include <xgrad/base/tensor_body.hpp>
#include <xgrad/tape/identity_map.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace xgrad {
/// A tensor that a tape knows.
struct tape_variable
{
    std::uint32_t shape; // its place in the tape's list of shapes
    element_type type;
    bool followed; // computed by a statement of the tape
    bool gradient; // computed by another tape's sweep while this one was active
    bool is_part;  // of the tensor of which a statement has selected it
};

/// The tensors that a tape knows, by number, and the number of each.
class variable_table
{
public:
    std::size_t size() const noexcept { return variables_.size(); }

    tape_variable& operator[](std::uint32_t i) noexcept { return variables_[i]; }

    tape_variable const& operator[](std::uint32_t i) const noexcept { return variables_[i]; }

    shape_type const& shape_of(std::uint32_t i) const noexcept
    {
        return shape_at(variables_[i].shape);
    }

    std::size_t size_of(std::uint32_t i) const noexcept { return size_at(variables_[i].shape); }

    /// The shape in a place of the list of shapes: several variables may name it.
    shape_type const& shape_at(std::uint32_t place) const noexcept { return shapes_[place].shape; }

    /// The elements of an array of that shape.
    std::size_t size_at(std::uint32_t place) const noexcept { return shapes_[place].size; }

    /// The number of `body`, if it has one.
    std::optional<std::uint32_t> find(tensor_body const& body) const noexcept
    {
        if (body.tape == serial_) {
            return body.variable;
        }
        for (auto const& one : latest_) {
            if (one.identity == body.identity) {
                return one.variable;
            }
        }
        return places_.find(body.identity);
    }

    /// The number of `body`, a new one where it has none.
    std::uint32_t place_of(tensor_body const& body)
    {
        if (body.tape == serial_) {
            return body.variable;
        }
        // A statement often names the same few tensors again.
        for (auto const& one : latest_) {
            if (one.identity == body.identity) {
                return one.variable;
            }
        }
        return place_of_other(body);
    }

    /// A new variable, which `find` does not know until `remember`.
    std::uint32_t add(tensor_body const& body, bool followed)
    {
        auto const shape = place_of_shape(body);
        variables_.emplace_back(shape, body.type, followed, false, false);
        return static_cast<std::uint32_t>(variables_.size() - 1);
    }

    void remember(tensor_body& body, std::uint32_t index, bool first_recorder)
    {
        if (first_recorder) {
            // Nobody else has seen the result yet: it may remember its place.
            body.tape = serial_;
            body.variable = index;
        } else {
            places_.insert(body.identity, index);
        }
    }

    /// A body that this table knows is another variable from now on.
    void replace(tensor_body& body, std::uint32_t index) noexcept
    {
        if (body.tape == serial_) {
            body.variable = index;
        } else {
            places_.replace(body.identity, index);
            latest_ = {};
        }
    }

    /// Room for one more: `add` and `remember` cannot fail.
    void reserve_one()
    {
        variables_.reserve_one();
        shapes_.reserve_one();
        places_.reserve_one();
    }

    /// The first variables become these bodies, of the same shapes, and no other body is known.
    void rename(std::span<tensor_body* const> first)
    {
        forget_bodies();
        for (std::uint32_t i = 0; i < first.size(); ++i) {
            places_.insert(first[i]->identity, i);
        }
    }

    void clear() noexcept
    {
        variables_.clear();
        if (shapes_.size() > latest_shapes) { // fewer are likely to come again
            shapes_.clear();
            latest_layouts_ = {};
        }
        forget_bodies();
    }

    std::size_t bytes() const noexcept
    {
        return variables_.empty() ? 0 : variables_.bytes() + shapes_.bytes() + places_.bytes();
    }

private:
    static constexpr std::size_t latest_shapes = 4;

    struct counted_shape
    {
        shape_type shape;
        std::size_t size;
        layout_key layout;
    };

    struct placed_layout
    {
        layout_key layout = no_layout;
        std::uint32_t shape = 0;
    };

    struct known_place
    {
        std::uint64_t identity = 0; // of no tensor
        std::uint32_t variable = 0;
    };

    void forget_bodies() noexcept
    {
        places_.clear();
        latest_ = {};
        // Places that bodies remember belong to the old serial.
        serial_ = detail::next_identity();
    }

    XGRAD_NOINLINE std::uint32_t place_of_other(tensor_body const& body)
    {
        auto const index = places_.find_or_insert(body.identity, [&] { return add(body, false); });
        latest_ = {{{body.identity, index}, latest_[0]}};
        return index;
    }

    // Few shapes are many variables': the latest ones are looked through, older ones listed again.
    std::uint32_t place_of_shape(tensor_body const& body)
    {
        for (auto const& one : latest_layouts_) {
            if (one.layout == body.layout && one.layout != no_layout) {
                return one.shape;
            }
        }
        return place_of_other_shape(body);
    }

    XGRAD_NOINLINE std::uint32_t place_of_other_shape(tensor_body const& body)
    {
        auto const size = shapes_.size();
        for (std::size_t i = size; i-- > 0 && i + latest_shapes >= size;) {
            bool const same = body.layout != no_layout && shapes_[i].layout == body.layout;
            if (same || same_shape(shapes_[i].shape, body.shape)) {
                return remember_layout(body, i);
            }
        }
        shapes_.emplace_back(body.shape, body.size, body.layout);
        return remember_layout(body, size);
    }

    std::uint32_t remember_layout(tensor_body const& body, std::size_t shape) noexcept
    {
        auto const place = static_cast<std::uint32_t>(shape);
        if (body.layout != no_layout) {
            latest_layouts_ = {{{body.layout, place}, latest_layouts_[0]}};
        }
        return place;
    }

    std::uint64_t serial_ = detail::next_identity(); // what bodies know this record by
    segmented_list<tape_variable> variables_;
    segmented_list<counted_shape> shapes_; // one may be listed several times
    std::array<placed_layout, 2> latest_layouts_{};
    identity_map places_;
    std::array<known_place, 2> latest_{};
};
} // namespace xgrad
