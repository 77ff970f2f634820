#pragma once

#include <xgrad/tape/active.hpp>

#include <exception>
#include <source_location>
#include <string_view>

namespace xgrad::detail {
/// While it lives, what the active tapes record is one statement of theirs: that of an operator
/// which computes in several steps. Where an exception ends it, the tapes are as before.
class one_statement
{
public:
    /// `name` stays valid as long as the program runs.
    one_statement(std::string_view name, std::source_location const& where)
        : name_(name), where_(where)
    {
        if (innermost_activation() == nullptr) {
            return;
        }
        exceptions_ = std::uncaught_exceptions();
        // First, so that no tape has begun where there is no memory for another.
        for_each_active([](tape_record& r) { r.reserve_composite(); });
        for_each_active([](tape_record& r) { r.begin_composite(); });
    }

    one_statement(one_statement const&) = delete;
    one_statement& operator=(one_statement const&) = delete;

    ~one_statement()
    {
        if (innermost_activation() == nullptr) {
            return;
        }
        bool const failed = std::uncaught_exceptions() > exceptions_;
        for_each_active([&](tape_record& r) { r.end_composite(name_, where_, failed); });
    }

private:
    std::string_view name_;
    std::source_location const& where_;
    int exceptions_ = 0;
};
} // namespace xgrad::detail
