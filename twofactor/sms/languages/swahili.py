"""Swahili."""

from twofactor.sms.language import Language, Notice, one_or_other
from twofactor.words import Purpose

_LOGIN_ONE = (
    "{code} ni namba yako ya siri ya {brand} ya kuingia. Inatumika kwa dakika 1. "
    "Usimpe mtu yeyote.",
    "{code} ni namba yako ya siri ya kuingia. Inatumika kwa dakika 1. Usimpe mtu yeyote.",
)
_LOGIN_OTHER = (
    "{code} ni namba yako ya siri ya {brand} ya kuingia. Inatumika kwa dakika "
    "{minutes}. Usimpe mtu yeyote.",
    "{code} ni namba yako ya siri ya kuingia. Inatumika kwa dakika {minutes}. Usimpe mtu yeyote.",
)
_ENROL_ONE = (
    "{code} ni namba yako ya siri ya {brand} ya kuthibitisha simu hii. Inatumika kwa "
    "dakika 1. Usimpe mtu yeyote.",
    "{code} ni namba yako ya siri ya kuthibitisha simu hii. Inatumika kwa dakika 1. "
    "Usimpe mtu yeyote.",
)
_ENROL_OTHER = (
    "{code} ni namba yako ya siri ya {brand} ya kuthibitisha simu hii. Inatumika kwa "
    "dakika {minutes}. Usimpe mtu yeyote.",
    "{code} ni namba yako ya siri ya kuthibitisha simu hii. Inatumika kwa dakika "
    "{minutes}. Usimpe mtu yeyote.",
)
_YOU_ONE = (
    "{code} ni namba yako ya siri ya {brand} ya kuthibitisha ni wewe. Inatumika "
    "kwa dakika 1. Usimpe mtu yeyote.",
    "{code} ni namba yako ya siri ya kuthibitisha ni wewe. Inatumika kwa dakika "
    "1. Usimpe mtu yeyote.",
)
_YOU_OTHER = (
    "{code} ni namba yako ya siri ya {brand} ya kuthibitisha ni wewe. Inatumika "
    "kwa dakika {minutes}. Usimpe mtu yeyote.",
    "{code} ni namba yako ya siri ya kuthibitisha ni wewe. Inatumika kwa dakika "
    "{minutes}. Usimpe mtu yeyote.",
)

SWAHILI = Language(
    plural=one_or_other,
    code={
        (Purpose.LOGIN, "one"): _LOGIN_ONE,
        (Purpose.LOGIN, "other"): _LOGIN_OTHER,
        (Purpose.ENROL, "one"): _ENROL_ONE,
        (Purpose.ENROL, "other"): _ENROL_OTHER,
        (Purpose.STEP_UP, "one"): _YOU_ONE,
        (Purpose.STEP_UP, "other"): _YOU_OTHER,
        (Purpose.API, "one"): _YOU_ONE,
        (Purpose.API, "other"): _YOU_OTHER,
    },
    bare_code="{code} ni namba yako ya siri.",
    warning="Usimpe mtu yeyote.",
    notice={
        Notice.PHONE_ADDED: (
            "{brand}: simu imeongezwa kwenye akaunti yako. Si wewe? {url}",
            "Simu imeongezwa kwenye akaunti yako. Si wewe? {url}",
            "{brand}: simu imeongezwa kwenye akaunti yako. Kama si wewe, ingia na utujulishe.",
            "Simu imeongezwa kwenye akaunti yako. Kama si wewe, ingia na utujulishe.",
        ),
        Notice.PHONE_CHANGED: (
            "{brand}: simu ya akaunti yako imebadilishwa. Si wewe? {url}",
            "Simu ya akaunti yako imebadilishwa. Si wewe? {url}",
            "{brand}: simu ya akaunti yako imebadilishwa. Kama si wewe, ingia na utujulishe.",
            "Simu ya akaunti yako imebadilishwa. Kama si wewe, ingia na utujulishe.",
        ),
        Notice.PHONE_REMOVED: (
            "{brand}: simu imeondolewa kwenye akaunti yako. Si wewe? {url}",
            "Simu imeondolewa kwenye akaunti yako. Si wewe? {url}",
            "{brand}: simu imeondolewa kwenye akaunti yako. Kama si wewe, ingia na utujulishe.",
            "Simu imeondolewa kwenye akaunti yako. Kama si wewe, ingia na utujulishe.",
        ),
        Notice.APP_CHANGED: (
            "{brand}: namba za programu za akaunti yako zimebadilishwa. Si wewe? {url}",
            "Namba za programu za akaunti yako zimebadilishwa. Si wewe? {url}",
            "{brand}: namba za programu za akaunti yako zimebadilishwa. Kama si wewe, ingia"
            " na utujulishe.",
            "Namba za programu za akaunti yako zimebadilishwa. Kama si wewe, ingia na utujulishe.",
        ),
        Notice.PASSKEY_CHANGED: (
            "{brand}: funguo za kuingia za akaunti yako zimebadilishwa. Si wewe? {url}",
            "Funguo za kuingia za akaunti yako zimebadilishwa. Si wewe? {url}",
            "{brand}: funguo za kuingia za akaunti yako zimebadilishwa. Kama si wewe, ingia"
            " na utujulishe.",
            "Funguo za kuingia za akaunti yako zimebadilishwa. Kama si wewe, ingia na utujulishe.",
        ),
        Notice.RECOVERY_CODES_CHANGED: (
            "{brand}: namba zako za akiba zimebadilishwa. Si wewe? {url}",
            "Namba zako za akiba zimebadilishwa. Si wewe? {url}",
            "{brand}: namba zako za akiba zimebadilishwa. Kama si wewe, ingia na utujulishe.",
            "Namba zako za akiba zimebadilishwa. Kama si wewe, ingia na utujulishe.",
        ),
        Notice.RECOVERY_CODE_USED: (
            "{brand}: namba ya akiba imetumika kuingia. Si wewe? {url}",
            "Namba ya akiba imetumika kuingia. Si wewe? {url}",
            "{brand}: namba ya akiba imetumika kuingia. Kama si wewe, ingia na utujulishe.",
            "Namba ya akiba imetumika kuingia. Kama si wewe, ingia na utujulishe.",
        ),
        Notice.RECOVERY_LINK_USED: (
            "{brand}: kiungo cha msaada kimetumika kuingia. Si wewe? {url}",
            "Kiungo cha msaada kimetumika kuingia. Si wewe? {url}",
            "{brand}: kiungo cha msaada kimetumika kuingia. Kama si wewe, ingia na utujulishe.",
            "Kiungo cha msaada kimetumika kuingia. Kama si wewe, ingia na utujulishe.",
        ),
        Notice.PASSWORD_CHANGED: (
            "{brand}: nenosiri lako limebadilishwa. Si wewe? {url}",
            "Nenosiri lako limebadilishwa. Si wewe? {url}",
            "{brand}: nenosiri lako limebadilishwa. Kama si wewe, ingia na utujulishe.",
            "Nenosiri lako limebadilishwa. Kama si wewe, ingia na utujulishe.",
        ),
        Notice.LOCKED: (
            "{brand}: namba nyingi zimekosewa, kwa hiyo namba zako zimesimamishwa. Si wewe? {url}",
            "Namba nyingi zimekosewa, kwa hiyo namba zako zimesimamishwa. Si wewe? {url}",
            "{brand}: namba nyingi zimekosewa, kwa hiyo namba zako zimesimamishwa. Kama si "
            "wewe, ingia na utujulishe.",
            "Namba nyingi zimekosewa, kwa hiyo namba zako zimesimamishwa. Kama si wewe, "
            "ingia na utujulishe.",
        ),
        Notice.PHONE_WITHDRAWN: (
            "{brand}: simu hii haitumiki tena kwa akaunti yako. Si wewe? {url}",
            "Simu hii haitumiki tena kwa akaunti yako. Si wewe? {url}",
            "{brand}: simu hii haitumiki tena kwa akaunti yako. Kama si wewe, ingia na utujulishe.",
            "Simu hii haitumiki tena kwa akaunti yako. Kama si wewe, ingia na utujulishe.",
        ),
        Notice.EMAIL_CHANGED: (
            "{brand}: barua pepe ya akaunti yako imebadilishwa. Si wewe? {url}",
            "Barua pepe ya akaunti yako imebadilishwa. Si wewe? {url}",
            "{brand}: barua pepe ya akaunti yako imebadilishwa. Kama si wewe, ingia na utujulishe.",
            "Barua pepe ya akaunti yako imebadilishwa. Kama si wewe, ingia na utujulishe.",
        ),
        Notice.WRONG_CODES: (
            "{brand}: mtu ameandika nenosiri lako kisha namba zisizo sahihi. Si wewe? {url}",
            "Mtu ameandika nenosiri lako kisha namba zisizo sahihi. Si wewe? {url}",
            "{brand}: mtu ameandika nenosiri lako kisha namba zisizo sahihi. Kama si wewe, "
            "ingia na utujulishe.",
            "Mtu ameandika nenosiri lako kisha namba zisizo sahihi. Kama si wewe, ingia na "
            "utujulishe.",
        ),
    },
    not_me=("{url} au jibu SIMIMI", "Jibu SIMIMI"),
    invitation=(
        "{brand} inakuomba uanze kuingia kwa namba ya siri ya SMS. Anza hapa: {url}",
        "Anza kuingia kwa namba ya siri ya SMS: {url}",
        "{url}",
    ),
    trial=(
        "SMS ya majaribio kutoka {brand}. Huhitaji kufanya chochote.",
        "SMS ya majaribio. Huhitaji kufanya chochote.",
    ),
)
