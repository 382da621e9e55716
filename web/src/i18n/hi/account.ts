import type en from '../en/account.ts';
import type { Translated } from '../index.ts';

/** Sign in, register, account. */
const messages: Translated<typeof en> = {
  'signIn.title': 'साइन इन करें',
  'signIn.lede': 'कोई घड़ी चलने से पहले। बिक्री शुरू होने से आपका सत्र समाप्त नहीं होता।',
  'signIn.submit': 'साइन इन करें',
  'signIn.busy': 'साइन इन हो रहा है…',
  'signIn.toRegister': 'नए हैं? खाता बनाएँ',
  'register.title': 'खाता बनाएँ',
  'register.lede': 'एक खाते की हर कतार में एक जगह, आपके सभी डिवाइस पर।',
  'register.submit': 'खाता बनाएँ',
  'register.busy': 'आपका खाता बन रहा है…',
  'register.toSignIn': 'खाता है? साइन इन करें',
  'field.name': 'नाम',
  'field.nameHint': 'जैसा टिकट पर होना चाहिए।',
  'field.email': 'ई-मेल पता',
  'field.emailHint': 'आपके टिकट यहीं भेजे जाते हैं।',
  'field.password': 'पासवर्ड',
  'field.passwordHint': 'कम से कम 10 अक्षर। पूरा वाक्य भी अच्छा है।',
  'field.show': 'पासवर्ड दिखाएँ',
  'invalid.name': 'कृपया अपना नाम लिखें।',
  'invalid.email': 'कृपया ई-मेल पता लिखें, जैसे asha@example.com।',
  'invalid.password': 'कृपया कम से कम 10 अक्षर लिखें।',
  'invalid.passwordEmpty': 'कृपया अपना पासवर्ड लिखें।',
  'account.title': 'आपका खाता',
  'account.name': 'नाम',
  'account.email': 'ई-मेल',
  'account.device': 'साइन आउट से केवल इस डिवाइस का सत्र समाप्त होता है। आपकी जगहें, सीटें और टिकट बने रहते हैं।',
  'account.signOut': 'साइन आउट करें',
  'account.busy': 'साइन आउट हो रहा है…',
  'account.none': 'आप साइन इन नहीं हैं।',
  'problem.invalid_credentials': 'ई-मेल या पासवर्ड ग़लत है।',
  'problem.registration_refused':
    'इस जानकारी से खाता नहीं बन सकता। अगर आपका खाता पहले से है, तो साइन इन करें।',
};
export default messages;
