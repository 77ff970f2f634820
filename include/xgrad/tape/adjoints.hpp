#pragma once

#include <xgrad/engine/dense.hpp>
#include <xgrad/tape/adjoint_table.hpp>

#include <cstring>
#include <utility>

namespace xgrad {
/// The adjoints of a tape's variables while a sweep goes on.
class sweep_adjoints
{
public:
    /// Adds two adjoints as a statement that tapes record.
    using join = body_pointer (*)(body_pointer const&, body_pointer const&);

    sweep_adjoints() = default;
    sweep_adjoints(sweep_adjoints const&) = delete;
    sweep_adjoints& operator=(sweep_adjoints const&) = delete;

    /// Starts anew, for all variables of a recording. Where other tapes record the sweep,
    /// contributions meet by `recorded_join`.
    void start(tape_record const& r, join recorded_join = nullptr)
    {
        recording_ = &r;
        join_ = recorded_join;
        adjoint_.start(r.variables().size());
    }

    /// Gives all bodies back; keeps its own memory.
    void clear() noexcept { adjoint_.clear(); }

    variable_table const& variables() const noexcept { return recording_->variables(); }

    /// Other tapes record the sweep.
    bool is_recorded() const noexcept { return join_ != nullptr; }

    adjoint_interest wanted(std::uint32_t variable) const noexcept
    {
        return adjoint_.wanted(variable);
    }

    bool wants(std::uint32_t variable) const noexcept
    {
        return adjoint_.wanted(variable) != adjoint_interest::none;
    }

    void want(std::uint32_t variable, adjoint_interest what) noexcept
    {
        adjoint_.want(variable, what);
    }

    bool has(std::uint32_t variable) const noexcept { return adjoint_.has(variable); }

    /// One number for all elements.
    bool is_uniform(std::uint32_t variable) const noexcept
    {
        return has(variable) && adjoint_[variable].is_uniform;
    }

    /// That number, or the first element.
    template <class T>
    T number_of(std::uint32_t variable) const noexcept
    {
        auto const& a = adjoint_[variable];
        return a.is_uniform ? static_cast<T>(a.number)
                            : *static_cast<T const*>(elements_of(variable));
    }

    /// The elements of an adjoint that is an array, dense where a sweep has made it.
    void const* elements_of(std::uint32_t variable) const noexcept
    {
        auto const& a = adjoint_[variable];
        return a.elements != nullptr ? a.elements : a.body->data;
    }

    /// The adjoint as an array.
    body_pointer const& body_of(std::uint32_t variable)
    {
        auto& a = adjoint_[variable];
        if (a.is_few()) {
            auto body = make_body_for(variable);
            std::memcpy(body->data, a.elements, body->size * bytes_of(body->type));
            a.body = std::move(body);
        } else if (a.is_uniform) {
            a.body = filled_body(
                recording_->variables()[variable].type, recording_->shape_of(variable), a.number);
            a.is_uniform = false;
            a.number = 0;
        } else if (a.is_scaled) {
            auto body = make_body_for(variable);
            multiply(*body, a);
            a.body = std::move(body);
        }
        a.elements = nullptr; // who reads the body may keep it
        return a.body;
    }

    /// The adjoint in another shape of the same size. Where all its elements are one number, that
    /// is a single element with strides of 0, and no array.
    body_pointer reshaped_body_of(std::uint32_t variable, shape_type const& shape)
    {
        auto const& a = adjoint_[variable];
        if (!a.is_uniform) {
            auto body = dense(body_of(variable));
            return same_shape(body->shape, shape) ? std::move(body) : reshaped(body, shape);
        }
        auto const one = filled_body(recording_->variables()[variable].type, {}, a.number);
        return make_view(one, shape, strides_type(shape.size(), 0), 0);
    }

    /// A dense body, owned by nobody else, to store into (first contribution) or to add to.
    tensor_body& writable(std::uint32_t variable)
    {
        if (!has(variable)) {
            auto body = make_body_for(variable);
            auto& a = adjoint_.make(variable);
            a.body = std::move(body);
            a.elements = a.body->data;
            return *a.body;
        }
        auto& a = adjoint_[variable];
        if (!a.body || a.elements == nullptr) {
            body_of(variable);
            if (!a.body.exclusive() || !a.body->contiguous || !a.body->padded) {
                a.body = dense_copy(*a.body);
            }
        }
        a.elements = a.body->data;
        return *a.body;
    }

    /// The same, to add to in any case: zero where there has been no contribution yet.
    tensor_body& sum(std::uint32_t variable)
    {
        bool const fresh = !has(variable);
        auto& body = writable(variable);
        if (fresh) {
            std::memset(body.data, 0, body.size * bytes_of(body.type));
        }
        return body;
    }

    /// Where the adjoint of a few elements is stored or, should it `accumulate`, added to.
    void* few(std::uint32_t variable, bool& accumulate)
    {
        accumulate = has(variable);
        if (!accumulate && wanted(variable) == adjoint_interest::way) {
            return adjoint_.make_few(variable);
        }
        auto* const elements = accumulate ? adjoint_[variable].elements : nullptr;
        return elements != nullptr ? elements : writable(variable).data;
    }

    /// Adds a contribution, which may become the adjoint itself.
    void add(std::uint32_t variable, body_pointer contribution)
    {
        if (!has(variable)) {
            auto first =
                join_ != nullptr ? std::move(contribution) : dense(std::move(contribution));
            adjoint_.make(variable).body = std::move(first);
        } else if (join_ != nullptr) {
            auto sum = join_(body_of(variable), contribution);
            adjoint_[variable].body = std::move(sum);
        } else {
            add_into(writable(variable), std::move(contribution));
        }
    }

    /// The sum of two adjoints of a tensor that the tape does not know.
    body_pointer sum_of(body_pointer const& a, body_pointer const& b) const
    {
        if (join_ != nullptr) {
            return join_(a, b);
        }
        auto sum = dense_copy(*a);
        add_into(*sum, b);
        return sum;
    }

    /// Adds g times an array that the tape keeps. Of a source that no statement computes the two
    /// are multiplied only when something else is done with it.
    void add_scaled(std::uint32_t variable, body_pointer const& kept, double g)
    {
        bool const accumulate = has(variable);
        if (!accumulate && wanted(variable) == adjoint_interest::source &&
            !recording_->variables()[variable].followed) {
            auto& a = adjoint_.make(variable);
            a.body = kept;
            a.number = g;
            a.is_scaled = true;
            return;
        }
        auto& into = writable(variable);
        with_floating_type(into.type, [&]<class T>() {
            vectorized::scale<T>(into, *kept, static_cast<T>(g), accumulate);
        });
    }

    /// Such a product, not yet multiplied, whose array nobody but the tape and the sweep holds.
    bool is_scaled_alone(std::uint32_t variable) const noexcept
    {
        return has(variable) && adjoint_[variable].is_scaled &&
            adjoint_[variable].body->references.owners() == 2;
    }

    /// Multiplies it in the tape's own array.
    body_pointer const& scaled_in_place(std::uint32_t variable)
    {
        auto& a = adjoint_[variable];
        multiply(*a.body, a);
        return a.body;
    }

    /// Adds the same number to every element.
    void add_uniform(std::uint32_t variable, double contribution)
    {
        bool const first = !has(variable);
        auto& a = first ? adjoint_.make(variable) : adjoint_[variable];
        if (!first && !a.is_uniform) {
            auto const& body = body_of(variable);
            add(variable, filled_body(body->type, body->shape, contribution));
            return;
        }
        // As arrays of the variable's own type would add up; the first one is stored (0 and -0
        // would be 0).
        bool const is_float = recording_->variables()[variable].type == element_type::float32;
        auto const sum = a.is_uniform ? a.number + contribution : contribution;
        a.number = is_float ? static_cast<double>(static_cast<float>(sum)) : sum;
        a.is_uniform = true;
    }

    /// No statement that is still to be swept reads the adjoint of this variable.
    void release(std::uint32_t variable) noexcept
    {
        if (wanted(variable) != adjoint_interest::source && has(variable)) {
            adjoint_.drop(variable);
        }
    }

    /// The adjoint of a variable that is read no more.
    body_pointer take(std::uint32_t variable) noexcept
    {
        if (!has(variable)) {
            return {};
        }
        auto body = std::move(adjoint_[variable].body);
        adjoint_.drop(variable);
        return body;
    }

private:
    static void add_into(tensor_body& sum, body_pointer contribution)
    {
        auto const other = dense(std::move(contribution));
        if (sum.type == element_type::float64) {
            vectorized::add_to<double>(sum, *other);
        } else {
            vectorized::add_to<float>(sum, *other);
        }
    }

    static void multiply(tensor_body& into, adjoint_value& a)
    {
        with_floating_type(into.type, [&]<class T>() {
            vectorized::scale<T>(into, *a.body, static_cast<T>(a.number), false);
        });
        a.is_scaled = false;
        a.number = 0;
    }

    body_pointer make_body_for(std::uint32_t variable) const
    {
        return make_body(
            recording_->variables()[variable].type,
            recording_->shape_of(variable),
            recording_->variables().size_of(variable));
    }

    tape_record const* recording_ = nullptr;
    join join_ = nullptr;
    adjoint_table adjoint_;
};
} // namespace xgrad
