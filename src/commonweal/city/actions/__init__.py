"""Everything that changes the city's own affairs; for administrators, dated, with a reason."""

from commonweal.city.actions.clocks import (
    extend_clock,
    pause_clock,
    resume_clock,
    run_out,
    start_clock,
    stop_clock,
)
from commonweal.city.actions.days import save_holiday, save_week, withdraw_holiday
from commonweal.city.actions.folder import (
    check_folder,
    load_folder,
    parts,
    register_part,
    save_folder,
)
from commonweal.city.actions.offices import save_unit
from commonweal.city.actions.places import save_district, save_landmark
from commonweal.city.actions.policy import register_parameter, save_profile, set_parameter

__all__ = [
    "check_folder",
    "extend_clock",
    "load_folder",
    "parts",
    "pause_clock",
    "register_parameter",
    "register_part",
    "resume_clock",
    "run_out",
    "save_district",
    "save_folder",
    "save_holiday",
    "save_landmark",
    "save_profile",
    "save_unit",
    "save_week",
    "set_parameter",
    "start_clock",
    "stop_clock",
    "withdraw_holiday",
]
